"""What to start with, from what is known before any trial: computed where theory can, from the literature where not."""
