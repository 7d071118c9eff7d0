"""Reports: questions that a business asks, each answered by a sentence, a chart and its table."""
