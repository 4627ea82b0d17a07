"""A run's measurements and findings for trackers of others, one file each; each imports its tracker when it writes."""
