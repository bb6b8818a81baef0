import { readings } from './readings.ts';

/**
 * Words that ask to take somebody's clothes off, in the three languages and however they are spelled (`readings`): refused
 * before there is an order. What shows nakedness in another way ("a nude statue") is for the moderation model and the review
 * of the text model to judge; this is what costs nothing and never fails.
 */
const UNDRESSING = [
  /(^|[^\p{L}])(разден|раздет(?!$)|раздет$|раздева(т|й|ет|ют|ем)|оголи(?!\p{L}*к)|обнажи(?!\p{L}*щ)|голышом|нагишом|топлес|без\s+(е[её]\s+|своей\s+|всякой\s+)?(одежд[ыи]|белья|лифчика|трусов|купальника)|(сними|снять|снимите|сними-ка|убери|убрать|уберите|удали|удалить|стяни)\s+(с\s+\p{L}+\s+|у\s+\p{L}+\s+)?(всю\s+|ее\s+|его\s+)?(одежду|платье|блузку|футболку|белье|лифчик|юбку|купальник|трусы)|(сними|снимите|снять|убери)\s+(с\s+(нее|него|них)\s+все|все\s+с\s+(нее|него|них))(?!\p{L})|(сделай|покажи)\s+(ее|его|их|меня|\p{L}+)\s+(гол(ой|ую|ым|ыми)|обнаженн(ой|ую|ым|ыми)|нагой|нагую|нагим))/u,
  /(^|[^\p{L}])(шешиндир|шешинген|киимсиз|киимин(и|ин)?\s+(шеш|алып)|киимди\s+(шеш|алып)|жаланашта)/u,
  /(^|[^\p{L}])(undress\p{L}*|nudify\p{L}*|topless|unclothed|strip\s+(her|him|them|down|naked)|without\s+((any|her|his|their|the)\s+)*(clothes|clothing|underwear|a\s+bra)|no\s+clothes|(take|taking|remove|removing)\s+(off\s+)?((her|his|their|the|all|my|of)\s+)*(clothes|clothing|dress|bra|underwear|bikini|swimsuit)|(make|show|draw|turn)\s+(her|him|them|me)\s+(\p{L}+\s+)?(naked|nude))(?!\p{L})/u,
];

export const undresses = (prompt: string): boolean =>
  readings(prompt).some((reading) => UNDRESSING.some((words) => words.test(reading)));
