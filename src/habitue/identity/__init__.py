"""Who is who: identifiers, the links between them, and profiles as connected components."""
