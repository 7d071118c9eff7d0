"""The mathematics behind the insights: numpy arrays in, numpy arrays out; knows no workspace and no table."""
