------------------------------- MODULE Waves -------------------------------
(***************************************************************************)
(* One job: the waves of statemachines/backfill.asl.json over              *)
(* functions/core/jobs (plan-wave, fetch-chunk, finish-job), and an        *)
(* operator who cancels it at any time.                                    *)
(*                                                                         *)
(* A chunk has Pages pages. How many of them the venue has, and whether it *)
(* refuses the rest for now or for good, is chosen at the beginning; it    *)
(* may also want a pause a few times. A call of FetchChunk may die, and is *)
(* made again. One that the state machine gave up waiting for may live on  *)
(* and commit what it has in its hands, beside the call that follows it.   *)
(***************************************************************************)
EXTENDS Integers, FiniteSets

CONSTANTS
  Chunks, Pages,
  MaxDeaths,    \* calls that die
  MaxTimeouts,  \* calls that live on when nobody waits for them any more
  MaxPauses,    \* how often the venue wants a pause
  Fault         \* a planted fault, or "none"

VARIABLES
  status,   \* of the job, in the job table
  has, refuses,  \* pages that the venue has of a chunk, and how it refuses the others
  rows,     \* pages in the warehouse
  label,    \* what the job table says of a chunk
  exec, verdict, previous,  \* the execution: its state, what FinalizeJob found, what the last wave lacked
  call, hand, late,  \* calls by chunk: "now" is the one that the state machine waits for, "old" the one that it gave up
  deaths, timeouts, pauses

vars == <<status, has, refuses, rows, label, exec, verdict, previous, call, hand, late, deaths, timeouts, pauses>>

Final == {"succeeded", "with gaps", "cancelled"}
Calls == {"now", "old"}
Off == [c \in Chunks |-> [k \in Calls |-> "off"]]

RECURSIVE Sum(_, _)
Sum(f, S) == IF S = {} THEN 0 ELSE LET c == CHOOSE x \in S : TRUE IN f[c] + Sum(f, S \ {c})
Missing == Sum([c \in Chunks |-> Pages - rows[c]], Chunks)

Init ==
  /\ status = "queued"
  /\ has \in [Chunks -> 0 .. Pages]
  /\ refuses \in [Chunks -> {"for now", "for good"}]
  /\ \A c \in Chunks : has[c] = Pages => refuses[c] = "for now"
  /\ rows = [c \in Chunks |-> 0]
  /\ label = [c \in Chunks |-> "unknown"]
  /\ exec = "plan" /\ verdict = "none" /\ previous = -1
  /\ call = Off
  /\ hand = [c \in Chunks |-> [k \in Calls |-> 0]]
  /\ late = [c \in Chunks |-> [k \in Calls |-> 0]]
  /\ deaths = 0 /\ timeouts = 0 /\ pauses = 0

------------------------------ (* PlanWave *) ------------------------------
Open == {c \in Chunks : rows[c] < Pages /\ label[c] # "failed for good"}
Waiting == {c \in Open : label[c] = "waiting"}
Untried == {c \in Open : label[c] = "unknown"}
IsProgress == previous = -1 \/ Untried # {} \/ Missing < previous

Plan ==
  /\ exec = "plan"
  /\ IF status \in Final
     THEN exec' = "finalize" /\ UNCHANGED <<status, previous, label, call>>
     ELSE
       /\ status' = "running"
       /\ IF Open = {}
          THEN exec' = "finalize" /\ UNCHANGED <<previous, label, call>>
          ELSE IF Open = Waiting
          THEN /\ exec' = "wait"
               /\ UNCHANGED <<previous, label, call>>
          ELSE IF ~IsProgress /\ Waiting = {} /\ Fault # "a wave without progress goes on"
          THEN exec' = "finalize" /\ UNCHANGED <<previous, label, call>>
          ELSE /\ exec' = "fetch"
               /\ previous' = Missing
               /\ label' = [c \in Chunks |-> IF c \in Open THEN "planned" ELSE label[c]]
               /\ call' = [c \in Chunks |-> IF c \in Open THEN [call[c] EXCEPT !["now"] = "check"] ELSE call[c]]
  /\ UNCHANGED <<has, refuses, rows, verdict, hand, late, deaths, timeouts, pauses>>

\* The pause is over: what waited is planned like the rest.
Wait ==
  /\ exec = "wait"
  /\ exec' = "plan"
  /\ label' = [c \in Chunks |-> IF label[c] = "waiting" THEN "planned" ELSE label[c]]
  /\ UNCHANGED <<status, has, refuses, rows, verdict, previous, call, hand, late, deaths, timeouts, pauses>>

----------------------------- (* FetchChunk *) -----------------------------
Goes(c, k, to) == call' = [call EXCEPT ![c][k] = to]
Ends(c, k) == Goes(c, k, "off") /\ hand' = [hand EXCEPT ![c][k] = 0] /\ late' = [late EXCEPT ![c][k] = 0]
Says(c, words) == label' = [label EXCEPT ![c] = words]

\* Before the first page and after each one: is the job still wanted?
Check(c, k) ==
  /\ call[c][k] = "check"
  /\ IF status = "cancelled" THEN Ends(c, k) /\ Says(c, "cancelled")
     ELSE Goes(c, k, "page") /\ UNCHANGED <<label, hand, late>>
  /\ UNCHANGED <<status, has, refuses, rows, exec, verdict, previous, deaths, timeouts, pauses>>

Page(c, k) ==
  /\ call[c][k] = "page"
  /\ IF rows[c] = Pages
     THEN Ends(c, k) /\ Says(c, "done")
     ELSE IF rows[c] < has[c]
     THEN Goes(c, k, "commit") /\ hand' = [hand EXCEPT ![c][k] = rows[c] + 1] /\ UNCHANGED <<label, late>>
     ELSE Ends(c, k) /\ Says(c, IF refuses[c] = "for good" THEN "failed for good" ELSE "failed")
  /\ UNCHANGED <<status, has, refuses, rows, exec, verdict, previous, deaths, timeouts, pauses>>

Pause(c, k) ==
  /\ call[c][k] = "page" /\ rows[c] < Pages /\ pauses < MaxPauses
  /\ pauses' = pauses + 1
  /\ Ends(c, k) /\ Says(c, "waiting")
  /\ UNCHANGED <<status, has, refuses, rows, exec, verdict, previous, deaths, timeouts>>

\* One transaction, and what is there already is not written again.
Commit(c, k) ==
  /\ call[c][k] = "commit"
  /\ rows' = [rows EXCEPT ![c] = IF Fault = "a page is counted twice" THEN @ + 1
                                 ELSE IF hand[c][k] > @ THEN hand[c][k] ELSE @]
  /\ late' = [late EXCEPT ![c][k] = IF status = "cancelled" THEN @ + 1 ELSE @]
  /\ Goes(c, k, IF Fault = "a fetcher never asks whether the job is wanted" THEN "page" ELSE "check")
  /\ hand' = [hand EXCEPT ![c][k] = 0]
  /\ UNCHANGED <<status, has, refuses, label, exec, verdict, previous, deaths, timeouts, pauses>>

\* The state machine makes the call again.
Die(c) ==
  /\ call[c]["now"] \notin {"off"} /\ deaths < MaxDeaths
  /\ deaths' = deaths + 1
  /\ Goes(c, "now", "check")
  /\ hand' = [hand EXCEPT ![c]["now"] = 0]
  /\ late' = [late EXCEPT ![c]["now"] = 0]
  /\ UNCHANGED <<status, has, refuses, rows, label, exec, verdict, previous, timeouts, pauses>>

GiveUp(c) ==
  /\ call[c]["now"] # "off" /\ call[c]["old"] = "off" /\ timeouts < MaxTimeouts
  /\ timeouts' = timeouts + 1
  /\ call' = [call EXCEPT ![c] = [k \in Calls |-> IF k = "old" THEN call[c]["now"] ELSE "check"]]
  /\ hand' = [hand EXCEPT ![c] = [k \in Calls |-> IF k = "old" THEN hand[c]["now"] ELSE 0]]
  /\ late' = [late EXCEPT ![c] = [k \in Calls |-> IF k = "old" THEN late[c]["now"] ELSE 0]]
  /\ UNCHANGED <<status, has, refuses, rows, label, exec, verdict, previous, deaths, pauses>>

Fetched ==
  /\ exec = "fetch"
  /\ \A c \in Chunks : call[c]["now"] = "off"
  /\ exec' = "plan"
  /\ UNCHANGED <<status, has, refuses, rows, label, verdict, previous, call, hand, late, deaths, timeouts, pauses>>

---------------------------- (* FinalizeJob *) -----------------------------
\* It counts what is left, and then ends the job by a conditional write. In between the job may be cancelled.
Count ==
  /\ exec = "finalize"
  /\ verdict' = IF Missing = 0 THEN "succeeded" ELSE "with gaps"
  /\ exec' = "finish"
  /\ UNCHANGED <<status, has, refuses, rows, label, previous, call, hand, late, deaths, timeouts, pauses>>

Finish ==
  /\ exec = "finish"
  /\ status' = IF status \in Final /\ Fault # "a job ends without a condition" THEN status ELSE verdict
  /\ exec' = "ended"
  /\ UNCHANGED <<has, refuses, rows, label, verdict, previous, call, hand, late, deaths, timeouts, pauses>>

Cancel ==
  /\ status \in {"queued", "running"}
  /\ status' = "cancelled"
  /\ UNCHANGED <<has, refuses, rows, label, exec, verdict, previous, call, hand, late, deaths, timeouts, pauses>>

Call(c, k) == Check(c, k) \/ Page(c, k) \/ Pause(c, k) \/ Commit(c, k)
Execution == Plan \/ Wait \/ Fetched \/ Count \/ Finish

Next ==
  \/ Execution \/ Cancel
  \/ \E c \in Chunks : Die(c) \/ GiveUp(c) \/ \E k \in Calls : Call(c, k)

Spec ==
  /\ Init /\ [][Next]_vars
  /\ WF_vars(Execution)
  /\ \A c \in Chunks, k \in Calls : WF_vars(Call(c, k))

-----------------------------------------------------------------------------
\* After a cancellation each call still commits the page in its hands, and no other.
OnePageInHand == \A c \in Chunks, k \in Calls : late[c][k] <= 1

\* Nothing is written that the venue does not have.
NoRowTwice == \A c \in Chunks : rows[c] <= has[c]

SuccessIsComplete == status = "succeeded" => Missing = 0

\* A wave is never planned for a job that has been cancelled before it.
EndedIsFinal == exec = "ended" => status \in Final

StaysFinal == [][(status \in Final) => (status' = status)]_vars

JobEnds == <>(exec = "ended")
CallsEnd == <>[](\A c \in Chunks, k \in Calls : call[c][k] = "off")
=============================================================================
