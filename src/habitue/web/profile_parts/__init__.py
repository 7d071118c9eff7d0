"""What the pages of people and of companies share: lists, the card, the timeline, the figures."""
