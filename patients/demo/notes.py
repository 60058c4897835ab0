"""What the demo's session notes say. The first is the clinical example of the source (facts X2 to X5)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """A SOAP note with pain before and after, 0 to 10 or not asked."""

    subjective: str
    objective: str
    assessment: str
    plan_text: str
    treatment: str = ""
    pain: tuple[int, int] | None = None
    minutes: int = 30
    kind: str = "clinic"


OFFICE_WORKER_FIRST = Note(
    subjective="45, office worker. Low back pain for about three months that has not let go. Builds up over the day, "
    "worst after long sitting. Now and then it pulls a little into the left leg. Sleeps through. No numbness, no "
    "trouble with bladder or bowel, no fall.",
    objective="Tender over the lumbar muscles. Bending forward limited, fingertips to the knee; other directions free. "
    "Straight leg raise free on both sides, strength, feeling and reflexes alike: no sign of a pinched nerve root. "
    "X-ray brought along: nothing of note.",
    assessment="Long-standing low back pain, most likely from how she sits and how long. Coded M53.3 as referred; "
    "its official title speaks of the sacrum and tailbone, so the code is worth another look. The first "
    "phase is behind her by history: start in phase 2.",
    plan_text="Desk and chair set up anew, stand up every half hour. Four-phase plan from phase 2: stretches and core "
    "strength. Follow-up in four weeks.",
    treatment="Showed and tried the five exercises of phase 2. Talked through the workplace with photos of her desk.",
    pain=(6, 5),
    minutes=45,
)

OFFICE_WORKER_FOLLOW_UP = Note(
    subjective="Back to a full working day. A bad patch after the flight home, settled within the week. Stands up more "
    "often; the new chair helps. Leg quiet for ten days.",
    objective="Bending forward: fingertips to mid-shin. Straight leg raise free. Holds the wall sit for 20 seconds "
    "without trembling.",
    assessment="On course. The flare was a load too much at once, no new sign.",
    plan_text="Longer holds in the wall sit. Check before phase 3 next week.",
    treatment="Went through the plan, corrected the pelvic tilt, set the longer hold.",
    pain=(3, 2),
)

JOINER_FIRST = Note(
    subjective="29, joiner. Low back pain since lifting a worktop off the van, across the back, no leg pain. Hard to "
    "get out of bed, easier after walking. No warning signs when asked.",
    objective="Stands bent a little to the right. All movements slow and guarded. Nerve tests clear.",
    assessment="Fresh low back pain without signs of anything serious.",
    plan_text="Phase 1. Keep moving, light duties for a week, walk every day. Call on Friday if it gets worse.",
    treatment="Explained what the back needs now. Practised bracing and knee rocks lying down.",
    pain=(7, 6),
    minutes=40,
)

JOINER_CALL = Note(
    subjective="On the phone: better out of bed, still stiff until noon. Did the exercises, missed one round.",
    objective="",
    assessment="Going the right way.",
    plan_text="Go on as agreed.",
    minutes=10,
    kind="phone",
)

TEACHER_FIRST = Note(
    subjective="33, primary school teacher. Second spell of low back pain in two years, this one for four weeks. Worst "
    "after a day on small chairs.",
    objective="Bending back limited and sore. Nerve tests clear.",
    assessment="Low back pain, a flare-up of a known problem.",
    plan_text="Four-phase plan from the start. Higher stool in class.",
    treatment="Exercises of phase 1 tried.",
    pain=(6, 5),
    minutes=40,
)

TEACHER_FOLLOW_UP = Note(
    subjective="Good weeks. Sat through a parents’ evening without pain.",
    objective="Bending back free. Wall sit five times ten seconds, even.",
    assessment="Ahead of the plan; keep the pace.",
    plan_text="Finish phase 2, then check for phase 3.",
    treatment="Looked at the wall sit and the tilt. Nothing to correct.",
    pain=(2, 1),
)

CARER_FIRST = Note(
    subjective="58, cares for her mother at home. Ache in the lower back for a year, worse with lifting.",
    objective="Weak when bridging, bends with the back and not with the hips.",
    assessment="Long-standing low back pain with much lifting by day.",
    plan_text="Four-phase plan on paper, as she has no phone with her. Lifting technique with the slide sheet.",
    treatment="Exercises of phase 1, sheet handed out.",
    pain=(5, 5),
    minutes=45,
)

CARER_FOLLOW_UP = Note(
    subjective="Lifts with the slide sheet now. Back aches in the evening only.",
    objective="Bends at the hips, back straight. Wall sit ten seconds, five times.",
    assessment="On course.",
    plan_text="Finish phase 2, then check for phase 3.",
    treatment="Practised lifting with a box of six kilos.",
    pain=(4, 3),
)

CARER_STAY = Note(
    subjective="The plank on her toes hurts on the next day; the step is fine. Two nights of lifting her mother.",
    objective="Holds the plank 8 seconds before the back sags.",
    assessment="Too much at once. No new sign.",
    plan_text="Stay in phase 3. Plank on the knees, three times ten seconds. See her again in two weeks.",
    treatment="Plank on the knees practised with a mirror.",
    pain=(5, 4),
)

DRIVER_FIRST = Note(
    subjective="41, drives a delivery van. Three weeks of low back pain after a move. No leg pain.",
    objective="Bending forward to the knees, stiff. Nerve tests clear.",
    assessment="Low back pain, settling.",
    plan_text="Four-phase plan. A break from the seat every hour.",
    treatment="Exercises of phase 1 tried; set the seat of the van with a photo.",
    pain=(5, 4),
    minutes=40,
)

RETIRED_FIRST = Note(
    subjective="67, retired bus driver. Low back pain on and off for years, this time since digging the garden.",
    objective="Stiff in all directions, hips too. Nerve tests clear.",
    assessment="Low back pain in a stiff back; wants to play with the grandchildren on the floor again.",
    plan_text="Four-phase plan from the start.",
    treatment="Exercises of phase 1, slowly.",
    pain=(6, 5),
    minutes=45,
)

RETIRED_MISSED = Note(
    subjective="On the phone after the missed visit: thought it was next week. Sore from the garden again.",
    objective="",
    assessment="A flare without warning signs.",
    plan_text="New visit next week. Spade away until then.",
    minutes=10,
    kind="phone",
)

RETIRED_LAST = Note(
    subjective="Swims twice a week. Down on the floor with the grandchildren and up again. No pain for ten days.",
    objective="Moves freely but for the last bit of bending back. Sits down and stands up 14 times in 30 seconds.",
    assessment="What he came for is reached.",
    plan_text="Finish the plan. He goes on swimming; comes back if it lasts longer than a week.",
    treatment="Went through what to do when it flares up.",
    pain=(1, 1),
)
# Of a visit at the end of a phase at which nothing was out of the ordinary.
CHECK = Note(
    subjective="No trouble with the exercises.",
    objective="Went through each of them: even, no pain.",
    assessment="Going as planned.",
    plan_text="Go on as agreed.",
)
RETIRED_ADDITION = "His daughter rang: he asks for the exercises of phase 2 on paper for the holidays. Sent by post."

NURSE_FIRST = Note(
    subjective="38, nurse on a ward. Low back pain for ten days since lifting at night. No leg pain, no numbness.",
    objective="Bending forward slow, fingertips to the knee. Nerve tests clear.",
    assessment="Fresh low back pain without signs of anything serious.",
    plan_text="Phase 1. No nights for a week. Ring if it gets worse.",
    treatment="Exercises of phase 1 tried; lifting with the sheet.",
    pain=(5, 5),
    minutes=40,
)

STUDENT_FIRST = Note(
    subjective="22, student, rows twice a week. Dull ache low down after lectures and after rowing.",
    objective="Slumps on sitting; bending forward free, hamstrings short. Nerve tests clear.",
    assessment="Low back pain from long sitting and a stiff chain behind.",
    plan_text="Four-phase plan. No rowing for two weeks, then a short session.",
    treatment="Exercises of phase 1; sitting on the edge of the chair.",
    pain=(4, 3),
)
