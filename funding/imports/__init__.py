"""Files of money: from rows of text to budgets and to what was spent."""
