/** The nine technology readiness levels, and what each asks a firm to show. */
import { problem, type Problem } from '#kit/refusal.ts';
import type { Text } from '#kit/text.ts';

/** A level's definition. */
export interface ReadinessLevel {
  level: number;
  name: Text;
  description: Text;
}

/**
 * Lowest first.
 *
 * @see ISO 16290:2013; Horizon 2020 work programme 2014-2015, general annex G
 */
export const readinessLevels: readonly ReadinessLevel[] = [
  defined(
    1,
    ['기본 원리 관찰', 'Basic principles observed'],
    ['기초 연구로 원리를 확인하고 보고하였다.', 'Research has found and reported the principle.'],
  ),
  defined(
    2,
    ['기술 개념 정립', 'Technology concept formulated'],
    [
      '원리에서 응용 개념을 세웠다.',
      'An application of the principle has been thought out and written down.',
    ],
  ),
  defined(
    3,
    ['개념의 실험적 검증', 'Experimental proof of concept'],
    [
      '핵심 기능을 실험으로 입증하였다.',
      'Experiments or a prototype have shown that the critical function works.',
    ],
  ),
  defined(
    4,
    ['실험실 환경 검증', 'Validated in the laboratory'],
    [
      '구성 요소를 결합하여 실험실에서 검증하였다.',
      'The parts work together in a laboratory or a test account.',
    ],
  ),
  defined(
    5,
    ['유사 환경 검증', 'Validated in a relevant environment'],
    ['실제와 유사한 환경에서 검증하였다.', 'It has been validated with realistic load and data.'],
  ),
  defined(
    6,
    ['유사 환경 시연', 'Demonstrated in a relevant environment'],
    [
      '시제품을 실제와 유사한 환경에서 시연하였다.',
      'A prototype has been demonstrated to others in such an environment.',
    ],
  ),
  defined(
    7,
    ['운영 환경 시연', 'Demonstrated in operation'],
    ['시제품을 실제 운영 환경에서 시연하였다.', 'A prototype has run at a pilot customer.'],
  ),
  defined(
    8,
    ['체계 완성 및 인증', 'Complete and qualified'],
    [
      '완성품이 시험과 인증을 통과하였다.',
      'The finished system has passed its tests and certification.',
    ],
  ),
  defined(
    9,
    ['운영 환경에서 입증', 'Proven in operation'],
    ['실제 고객의 운영 환경에서 성과를 입증하였다.', 'It has been in productive use at customers.'],
  ),
];

/** Whether a number is a readiness level. */
export function isLevel(level: number): boolean {
  return Number.isInteger(level) && level >= 1 && level <= 9;
}

/** A level outside 1 to 9, as a problem. */
export function levelFaults(level: number, path: string[]): Problem[] {
  if (isLevel(level)) return [];
  return [
    problem('INVALID', 'A technology readiness level is a whole number from 1 to 9.', path, {
      rule: 'LEVEL_IS_TRL',
      limit: '1-9',
      found: String(level),
    }),
  ];
}

function defined(
  level: number,
  [nameKo, nameEn]: [string, string],
  [ko, en]: [string, string],
): ReadinessLevel {
  return { level, name: { ko: nameKo, en: nameEn }, description: { ko, en } };
}
