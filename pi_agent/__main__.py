"""`python -m pi_agent` is `pi-agent`."""

from pi_agent.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
