import type { TemplateContent } from './template.model.ts';

/** The first version of the template, which the platform comes with; the secretariat publishes later ones. */
export const firstTemplate: TemplateContent = {
  title: { ko: '컨소시엄 협약서', en: 'Consortium Agreement' },
  articles: [
    {
      heading: { ko: '제1조 (목적)', en: 'Article 1 (Purpose)' },
      paragraphs: [
        {
          ko: '이 협약은 「{{projectTitle}}」 과제(공고: {{callTitle}}, 분야: {{sector}})를 공동으로 수행하기 위하여 구성원의 권리와 의무를 정한다. 협약 번호는 {{number}}이며 {{date}}에 작성되었다.',
          en: 'This agreement sets out the rights and duties of the members who carry out the project “{{projectTitle}}” (call: {{callTitle}}, sector: {{sector}}) together. It is agreement no. {{number}}, drawn up on {{date}}.',
        },
      ],
    },
    {
      heading: { ko: '제2조 (구성원과 지분)', en: 'Article 2 (Members and shares)' },
      paragraphs: [
        {
          ko: '컨소시엄({{consortiumId}})은 다음 {{memberCount}}개 기업으로 구성하며 {{leadName}}이(가) 대표한다. 지분의 합은 100%이고 자문 기업은 지분이 없다.',
          en: 'The consortium ({{consortiumId}}) has the following {{memberCount}} members and is led by {{leadName}}. Shares sum to 100 %; advisers have none.',
        },
        { ko: '{{members}}', en: '{{members}}' },
      ],
    },
    {
      heading: { ko: '제3조 (담당 기술)', en: 'Article 3 (Requirements)' },
      paragraphs: [
        {
          ko: '각 구성원은 다음 요구 기술을 담당한다.',
          en: 'The members answer for the following requirements.',
        },
        { ko: '{{requirements}}', en: '{{requirements}}' },
      ],
    },
    {
      heading: { ko: '제4조 (사업비)', en: 'Article 4 (Budget)' },
      paragraphs: [
        {
          ko: '총사업비는 {{budget}}, 구성원의 자체 부담은 {{matching}}이다.',
          en: 'The budget is {{budget}}; the members bear {{matching}} themselves.',
        },
        { ko: '{{stages}}', en: '{{stages}}' },
      ],
    },
    {
      heading: { ko: '제5조 (변경과 해지)', en: 'Article 5 (Changes)' },
      paragraphs: [
        {
          ko: '구성원, 역할, 지분, 담당 기술이 바뀌면 이 협약은 효력을 잃고 새 협약을 작성한다. 확정된 협약은 모든 구성원이 동의할 때에만 다시 연다.',
          en: 'A change of members, roles, shares or requirements voids this agreement, and a new one is drawn up. Once sealed it is opened again only by the consent of all members.',
        },
      ],
    },
    {
      heading: { ko: '제6조 (서명)', en: 'Article 6 (Signatures)' },
      paragraphs: [
        {
          ko: '각 구성원의 대표 권한자는 이 문서의 SHA-256 값에 전자적으로 서명한다.',
          en: 'The owner of each member signs the SHA-256 of this document electronically.',
        },
        { ko: '{{signatures}}', en: '{{signatures}}' },
      ],
    },
  ],
};
