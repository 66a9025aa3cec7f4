import type { Curriculum } from './subjects.ts';

/** What students, parents and tutors write to each other. */

export const topics: Readonly<Record<Curriculum, readonly string[]>> = {
  CSEC: [
    'Need help with Paper 2 past papers from 2019 on.',
    'My SBA is due in three weeks and I am stuck on the analysis.',
    'Please go over the mock exam with me, I got 54%.',
    'I missed two weeks of school and want to catch up.',
    'Can we do the May/June 2024 paper under exam conditions?',
    'Struggling with the Paper 1 multiple choice timing.',
    'First lesson, I just moved up to Form 5.',
    'Would like to aim for a grade I.',
  ],
  CAPE: [
    'IA draft is ready, please read it before the lesson.',
    'Module 2 is not making sense to me at all.',
    'Need a Grade I for my scholarship application.',
    'Can we work on Unit 1 Paper 2 essay structure?',
    'I am re-sitting this unit and need a study plan.',
    'Please bring the 2023 mark scheme if you have it.',
    'I want to revise the whole of Module 3 before the test.',
  ],
  SEA: [
    'He needs confidence with word problems.',
    'She scored 68 on the last practice test, we are hoping for 85.',
    'Please focus on fractions and ratio.',
    'Composition: report writing is the weak area.',
    'Can you send some homework after each class?',
  ],
};

export const tutorNotes = [
  'Bring the worksheet from last week.',
  'Covered vectors; next: matrices.',
  'Works better with diagrams.',
  'Homework not done twice in a row, spoke to parent.',
  'Ready for timed past papers.',
  'Prefers to share screen rather than camera.',
] as const;

export const studentMessages = [
  'Good afternoon, is this time still good for you?',
  'Thank you Miss, see you then.',
  'Thank you Sir, see you then.',
  'I will send the questions tonight.',
  'Could we use Google Meet please, Zoom gives trouble on my phone.',
  'My internet is through Digicel and it drops sometimes, please bear with me.',
  'Can my cousin sit in on this one?',
] as const;

export const tutorMessages = [
  'Good afternoon, yes, please have your past papers ready.',
  'Sure, send me the questions on the morning so that I can look.',
  'Please remember your calculator.',
  'We will do question 4 and 5 from the 2022 paper.',
  'Good work today. Finish the last exercise before next time.',
] as const;

export const counterMessages = [
  'I have another class then. Would this time work instead?',
  'That is a holiday for us, could we do it at this time?',
  'I can start a little later that day, traffic from town is bad.',
  'Saturday morning is better for me, please let me know.',
] as const;

export const declineReasons = [
  'Sorry, I am fully booked that week.',
  'I no longer teach this unit, please try one of my colleagues.',
  'That is outside of my hours.',
  'I am invigilating exams on that day.',
] as const;

export const studentCancelReasons = [
  'School called an extra class at the same time.',
  'Not feeling well, sorry for the short notice.',
  'We have a family function that day.',
  'No current at home, T&TEC says until tonight.',
  'Flooding in our area, we cannot get a connection.',
  'Sports day was moved to that date.',
] as const;

export const tutorCancelReasons = [
  'I have a staff meeting that cannot move.',
  'I am under the weather and lost my voice.',
  'WASA is digging up the road and took the internet line.',
  'Family emergency, my apologies.',
] as const;

export const noShowWords = {
  tutor: [
    'I waited for more than fifteen minutes in the meeting and sent two messages. The student did not join.',
    'Nobody joined. I called the parent on WhatsApp and got no answer, then closed the meeting.',
    'The student did not come for the second week in a row and gave no notice beforehand.',
  ],
  student: [
    'I was in the meeting from the start and the tutor never let me in. I have a screenshot of the waiting room.',
    'My mother and I waited twenty minutes, and the tutor only answered the next day.',
  ],
} as const;

export const blockReasons = [
  'Dentist, Woodbrook',
  'Marking SBAs',
  'Licensing office, Caroni',
  'CXC marking exercise',
  'Parent-teacher meeting',
  'Doctor, Mt Hope',
  'Car inspection',
  'Family day at Maracas',
  'Church harvest',
] as const;
