"""The agent's own page, clicked through in a real Chromium, against a real agent.

Screenshots of what each test ended with are left in `build/end_to_end/page/`.
"""
