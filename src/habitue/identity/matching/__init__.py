"""Matching of records that share no identifier: trained on the table itself, with no labels and no settings.

One file a step, in the order in which they run: `columns` (what each column holds), `shadow` (values made
comparable), `blocking` (which pairs are worth a look), `ladders` (how much alike two values are), `training` (what
agreement is worth), `scoring` (a probability for each pair), `clustering` (who is who), `calibration`, `explanation`
and `report`. `run` puts them together; `online` scores one new record with the same model.
"""
