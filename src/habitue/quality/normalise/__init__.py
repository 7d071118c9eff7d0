"""One file a kind: each takes the text of a cell and gives the one spelling we keep, or says why it cannot."""
