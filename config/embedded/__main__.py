"""`python -m config.embedded`, behind `make demo`: the whole product on this machine until Ctrl-C."""

import argparse
import os
import signal
import sys
from pathlib import Path

from config.embedded.processes import Failed, die_with
from config.embedded.supervisor import Demo, chosen_port

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=__doc__)
    parser.add_argument("--parent", type=int, help="stop as well when this process, our parent, dies")
    options = parser.parse_args()
    try:
        demo = Demo(CHECKOUT, chosen_port(), Path(os.environ.get("DEMO_DATA") or CHECKOUT / ".demo").absolute())
        if options.parent:
            die_with(options.parent, signal.SIGTERM)
            demo.follow(options.parent)
        return demo.run()
    except Failed as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"Cannot use {error.filename or 'this machine'}: {error.strerror}.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
