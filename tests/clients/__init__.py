"""SDKs from npm, installed at the versions of `package-lock.json`, and what drives them."""
