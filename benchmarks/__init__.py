"""Speed, one file per question; `make bench` runs them all and writes results/."""
