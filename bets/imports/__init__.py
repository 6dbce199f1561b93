"""Files of today's projects: from bytes to rows of text, from rows to drafts of bets."""
