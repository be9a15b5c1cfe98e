"""What a page says about nets that were trained on other pictures than the chosen one."""

from __future__ import annotations

import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.zoo.spec import Domain, ModelSpec


def say_what_it_knows(chosen: Chosen, *entries: ModelSpec) -> None:
    """One sentence for each kind of picture that some of the page's nets know and the chosen one is not.

    `entries` are the nets that run on the picture. Nothing where all of them know such pictures.
    """
    for domain in dict.fromkeys(entry.domain for entry in entries):
        if domain is not chosen.domain:
            st.info(stranger(chosen, domain, entries), icon="🎨")


def stranger(chosen: Chosen, domain: Domain, entries: tuple[ModelSpec, ...]) -> str:
    """The sentence for those of the nets that know pictures of one domain only, not the chosen one."""
    titles = [entry.title for entry in entries if entry.domain is domain]
    several = len(titles) > 1
    who = " and ".join(filter(None, [", ".join(titles[:-1]), titles[-1]]))
    if len(titles) == len(entries):
        who = "These nets" if several else "This net"
    where = "on other photos" if domain.is_like(chosen.domain) else "here"
    guesses = f"they guess {where}" if several else f"it guesses {where}"
    return f"{who} {'have' if several else 'has'} only seen {domain}; {guesses}."
