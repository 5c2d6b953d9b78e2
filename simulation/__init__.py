"""The simulator: runs the real workflows and activities of whole plans through years of virtual time, with faults
between any two effects. docs/simulation.md says what it runs, and what it leaves out."""
