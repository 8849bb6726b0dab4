// The part of the agent that runs when the dynamic linker loads it into a program (`LD_PRELOAD`), before `main`.
#pragma once

/// Says in one line on standard error why nothing is observed.
void sgs_agent_tell(const char *reason);
