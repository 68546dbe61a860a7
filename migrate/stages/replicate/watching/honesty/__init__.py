"""What DMS does not say, or says otherwise than it is: each lie with what shows it, why it matters, what to do."""
