"""The benchmark: what one meeting costs (`make bench`) and how a rehearsal grows (`make bench-rehearsal`)."""
