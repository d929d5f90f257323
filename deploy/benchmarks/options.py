"""Options that several parts have."""

import argparse


def add_rounds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5, help="rounds, of which medians are taken (default 5)")


def add_load(parser: argparse.ArgumentParser) -> None:
    """What `Load` takes, and rounds of it."""
    parser.add_argument("--seconds", type=int, default=5, help="length of one measurement (default 5)")
    parser.add_argument("--connections", type=int, default=64, help="keep-alive connections (default 64)")
    add_rounds(parser)


def add_mail(parser: argparse.ArgumentParser) -> None:
    """What smtp-source is told, but for the number of messages."""
    parser.add_argument("--octets", type=int, default=5120, help="of one message (default 5120)")
    parser.add_argument("--sessions", type=int, default=20, help="kept connections (default 20)")
    add_rounds(parser)
