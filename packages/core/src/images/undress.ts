/**
 * Words that ask to take somebody's clothes off, in the three languages: refused before there is an order. What shows
 * nakedness in another way ("a nude statue") is for the moderation model and the review of the text model to judge; this
 * is what costs nothing and never fails.
 */
const UNDRESSING = [
  /(^|[^\p{L}])(раздень|раздеть|раздева(ть|й|ет|ют|ем)(?!лк)|раздет(ой|ая|ую|ый|ым|ую)|голышом|нагишом|топлес|без\s+(одежды|белья|лифчика|трусов|купальника)|(сними|снять|снимите|убери|убрать|удали|удалить)\s+(с\s+\p{L}+\s+)?(всю\s+)?(одежду|платье|блузку|футболку|бель[её]|лифчик|юбку|купальник))/iu,
  /(^|[^\p{L}])(шешіндір|шешінген|киімсіз|киімін\s+(шеш|алып)|киімді\s+(шеш|алып))/iu,
  /(^|[^\p{L}])(undress(ed|ing)?|topless|unclothed|strip\s+(her|him|them|down|naked)|without\s+(any\s+)?(clothes|clothing|underwear|a\s+bra)|no\s+clothes|(take|taking|remove|removing)\s+(off\s+)?((her|his|their|the|all|my)\s+)*(clothes|clothing|dress|bra|underwear|bikini|swimsuit))(?!\p{L})/iu,
];

export const undresses = (prompt: string): boolean => UNDRESSING.some((words) => words.test(prompt));
