/** Words that tell how people feel, but not about what: no answer to "which term is most negative?". */
const MOOD_WORDS = new Set(
  `abysmal annoyed annoying appalled appalling atrocious awesome awful bad beautiful best better brilliant crap
  crappy damn decent disappointed disappointing disappointment disgrace disgraceful disgusted disgusting dreadful
  excellent fantastic frustrated frustrating frustration fuck fucking fuming furious garbage glad good great happy
  hate hated hates hideous hopeless horrendous horrible horrid incredible infuriating joke lame livid love loved
  loves lovely lousy mad miserable nasty nice nightmare pathetic perfect pissed poor rubbish ridiculous sad shame
  shameful shit shocking sick sorry stupid suck sucks terrible trash ugly unacceptable unhappy unreal upset upsetting
  useless wonderful worse worst worthless wow wtf`.split(/\s+/),
);

/** Whether `term` consists of such words alone. */
export function isMood(term: string): boolean {
  return term.split(" ").every((word) => MOOD_WORDS.has(word.toLowerCase()));
}
