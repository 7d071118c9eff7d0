"""The pages: a Django project around the library, one folder an area of what people see."""
