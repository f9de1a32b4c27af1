------------------------------- MODULE Lease -------------------------------
(***************************************************************************)
(* Turns at scheduled work: functions/core/jobs/lease.ts, with the order   *)
(* that a holder places: functions/stores/dynamodb/same-order.ts.          *)
(*                                                                         *)
(* A worker reads the lease and decides, takes it by a conditional write,  *)
(* reads who is at work on the order, notes a job of its own by a          *)
(* conditional write or joins the one that is noted, enters the job, and   *)
(* settles the lease. Each is one request to the job table, so others come *)
(* in between, and a worker may die before any of them. A holder that does *)
(* not come back loses its turn after Hold ticks; it may be alive all the  *)
(* same and go on with what it has in its hands.                           *)
(*                                                                         *)
(* Ids are not modelled, but what they are compared for: whether the lease *)
(* still has the holder that a worker saw, or is. So the states stay few.  *)
(* A job that has ended is None wherever it was named.                     *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets

CONSTANTS
  Workers,    \* runs of the schedule that may overlap
  Hold,       \* ticks after which a holder that has not settled loses its turn
  MaxDeaths,  \* how many workers die
  Fault       \* a planted fault, or "none"

VARIABLES
  lease,      \* done, age in ticks, job
  note,       \* the job at work on the order
  jobs,       \* of each job: "unused", "noted" or "at work"
  pc,
  sawLease,   \* the lease has the holder that the worker saw
  isHolder,   \* the lease has this worker's id
  sawNote,    \* the note is as the worker saw it
  made,       \* the job that the worker made or joined
  wait,       \* of a worker that took the lease: ticks since it read its clock
  deaths

vars == <<lease, note, jobs, pc, sawLease, isHolder, sawNote, made, wait, deaths>>

None == 0
Jobs == 1 .. 2

Init ==
  /\ lease = [done |-> TRUE, age |-> 0, job |-> None]
  /\ note = None
  /\ jobs = [j \in Jobs |-> "unused"]
  /\ pc = [w \in Workers |-> "idle"]
  /\ sawLease = [w \in Workers |-> FALSE]
  /\ isHolder = [w \in Workers |-> FALSE]
  /\ sawNote = [w \in Workers |-> FALSE]
  /\ made = [w \in Workers |-> None]
  /\ wait = [w \in Workers |-> 0]
  /\ deaths = 0

\* What a worker that has ended leaves behind.
Leave(w) ==
  /\ pc' = [pc EXCEPT ![w] = "idle"]
  /\ sawLease' = [sawLease EXCEPT ![w] = FALSE]
  /\ sawNote' = [sawNote EXCEPT ![w] = FALSE]
  /\ made' = [made EXCEPT ![w] = None]
  /\ wait' = [wait EXCEPT ![w] = 0]

IsHeld == ~lease.done /\ (lease.age < Hold \/ Fault = "a dead holder keeps its turn")

Read(w) ==
  /\ pc[w] = "idle"
  /\ ~IsHeld
  /\ ~(lease.done /\ lease.job # None)
  /\ pc' = [pc EXCEPT ![w] = "take"]
  /\ sawLease' = [sawLease EXCEPT ![w] = TRUE]
  /\ wait' = [wait EXCEPT ![w] = 0]
  /\ UNCHANGED <<lease, note, jobs, isHolder, sawNote, made, deaths>>

Take(w) ==
  /\ pc[w] = "take"
  /\ IF sawLease[w] \/ Fault = "taken without a condition"
     THEN /\ lease' = [done |-> FALSE, age |-> wait[w], job |-> None]
          /\ isHolder' = [v \in Workers |-> v = w]
          /\ sawLease' = [v \in Workers |-> FALSE]
          /\ pc' = [pc EXCEPT ![w] = "read note"]
          /\ UNCHANGED <<sawNote, made, wait>>
     ELSE Leave(w) /\ UNCHANGED <<lease, isHolder>>
  /\ UNCHANGED <<note, jobs, deaths>>

ReadNote(w) ==
  /\ pc[w] = "read note"
  /\ IF note # None
     \* It joins, and enters the job for whoever noted it and may have died.
     THEN /\ made' = [made EXCEPT ![w] = note]
          /\ pc' = [pc EXCEPT ![w] = "enter"]
          /\ UNCHANGED sawNote
     ELSE /\ sawNote' = [sawNote EXCEPT ![w] = TRUE]
          /\ pc' = [pc EXCEPT ![w] = "write note"]
          /\ UNCHANGED made
  /\ UNCHANGED <<lease, note, jobs, sawLease, isHolder, wait, deaths>>

WriteNote(w) ==
  /\ pc[w] = "write note"
  /\ IF sawNote[w] \/ Fault = "noted without a condition"
     THEN \E j \in Jobs :
          /\ jobs[j] = "unused"
          /\ \A i \in Jobs : jobs[i] = "unused" => j <= i
          /\ note' = j
          /\ jobs' = [jobs EXCEPT ![j] = "noted"]
          /\ made' = [made EXCEPT ![w] = j]
          /\ sawNote' = [v \in Workers |-> FALSE]
          /\ pc' = [pc EXCEPT ![w] = "enter"]
     ELSE pc' = [pc EXCEPT ![w] = "read note"] /\ UNCHANGED <<note, jobs, made, sawNote>>
  /\ UNCHANGED <<lease, sawLease, isHolder, wait, deaths>>

Enter(w) ==
  /\ pc[w] = "enter"
  /\ jobs' = IF made[w] = None THEN jobs ELSE [jobs EXCEPT ![made[w]] = "at work"]
  /\ pc' = [pc EXCEPT ![w] = "settle"]
  /\ UNCHANGED <<lease, note, sawLease, isHolder, sawNote, made, wait, deaths>>

Settle(w) ==
  /\ pc[w] = "settle"
  /\ IF isHolder[w]
     THEN lease' = [lease EXCEPT !.done = TRUE, !.job = made[w]] /\ UNCHANGED isHolder
     ELSE IF Fault = "settled without a condition"
     THEN /\ lease' = [done |-> TRUE, age |-> wait[w], job |-> made[w]]
          /\ isHolder' = [v \in Workers |-> v = w]
     ELSE UNCHANGED <<lease, isHolder>>
  /\ Leave(w)
  /\ UNCHANGED <<note, jobs, deaths>>

Die(w) ==
  /\ pc[w] # "idle"
  /\ deaths < MaxDeaths
  /\ deaths' = deaths + 1
  /\ Leave(w)
  /\ UNCHANGED <<lease, note, jobs, isHolder>>

End(j) ==
  /\ jobs[j] = "at work"
  /\ jobs' = [jobs EXCEPT ![j] = "unused"]
  /\ lease' = IF lease.job = j THEN [lease EXCEPT !.job = None] ELSE lease
  /\ note' = IF note = j THEN None ELSE note
  \* Whoever saw the note of another job, or none, would no longer find what it saw.
  /\ sawNote' = IF note = j THEN [w \in Workers |-> FALSE] ELSE sawNote
  /\ made' = [w \in Workers |-> IF made[w] = j THEN None ELSE made[w]]
  /\ UNCHANGED <<pc, sawLease, isHolder, wait, deaths>>

Older(age) == IF age < Hold THEN age + 1 ELSE age

Tick ==
  /\ lease' = IF lease.done THEN [lease EXCEPT !.age = 0] ELSE [lease EXCEPT !.age = Older(@)]
  /\ wait' = [w \in Workers |-> IF pc[w] = "idle" THEN 0 ELSE Older(wait[w])]
  /\ UNCHANGED <<note, jobs, pc, sawLease, isHolder, sawNote, made, deaths>>

Step(w) == Read(w) \/ Take(w) \/ ReadNote(w) \/ WriteNote(w) \/ Enter(w) \/ Settle(w)

Next ==
  \/ Tick
  \/ \E w \in Workers : Step(w) \/ Die(w)
  \/ \E j \in Jobs : End(j)

\* Schedules come again, and what is at work ends.
Spec ==
  /\ Init /\ [][Next]_vars
  /\ WF_vars(Tick)
  /\ \A w \in Workers : WF_vars(Step(w))
  /\ \A j \in Jobs : WF_vars(End(j))

-----------------------------------------------------------------------------
Holds(w) == pc[w] \in {"read note", "write note", "enter", "settle"} /\ wait[w] < Hold

\* Of those whose time is not over, one holds the lease at most.
OneHolder == \A v, w \in Workers : Holds(v) /\ Holds(w) => v = w

\* Two equal orders never have two jobs at work.
OneJob == \A i, j \in Jobs : jobs[i] = "at work" /\ jobs[j] = "at work" => i = j

\* Whatever dies, turns go on.
TurnsGoOn == []<>(\E w \in Workers : pc[w] = "settle")
=============================================================================
