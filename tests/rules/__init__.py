"""Made-up rules and worlds, and a second evaluator in plain Python to compare with."""
