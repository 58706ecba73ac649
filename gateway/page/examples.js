/** Operations to begin with; each is run against the graph's schema by a test. */
export const examples = [
  {
    title: 'Who are the members? (visitor)',
    query: `query Members($first: Int! = 5) {
  companies(first: $first) {
    totalCount
    edges {
      node {
        name { ko en }
        kinds
        region
        sectors { code }
        capabilities(first: 3) {
          totalCount
          edges { node { level technology { code name { en } } } }
        }
        upcomingEvents(first: 1) { edges { node { title { en } startsAt } } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`,
    variables: { first: 5 },
  },
  {
    title: 'Which firms supply a technology? (visitor)',
    query: `query Supply($first: Int!) {
  technologies(first: $first) {
    edges {
      node {
        code
        name { en ko }
        capabilities(leastLevel: 6, first: 5) {
          totalCount
          edges { node { level verifiedLevel company { name { en ko } } } }
        }
      }
    }
  }
}`,
    variables: { first: 10 },
  },
  {
    title: 'What is coming up? (visitor)',
    query: `query ComingUp($filter: EventFilter) {
  events(filter: $filter, first: 10) {
    totalCount
    edges {
      node {
        title { en ko }
        kind
        startsAt
        region
        host { name { en ko } }
        technologies { name { en } }
      }
    }
  }
}`,
    variables: { filter: { regions: ['KR'] } },
  },
  {
    title: 'Follow events live (visitor)',
    query: `subscription Announcements($filter: EventFilter) {
  eventAnnounced(filter: $filter) {
    cursor
    kind
    at
    event {
      title { en ko }
      startsAt
      host { name { en ko } capabilities(first: 2) { totalCount } }
    }
  }
}`,
    variables: { filter: {} },
  },
  {
    title: 'Services on marketplaces (visitor)',
    query: `query Services {
  services(first: 10) {
    totalCount
    edges { node { id name { en ko } } }
  }
}`,
  },
  {
    title: 'Programmes and calls (visitor)',
    query: `query Calls {
  calls(first: 5) {
    totalCount
    edges { node { id title { en ko } } }
  }
}`,
  },
  {
    title: 'Who am I? (signed in)',
    query: `query Me {
  me { id name email roles memberships { role company { id name { en ko } } } }
}`,
  },
  {
    title: 'My projects (consortium lead)',
    query: `query Projects {
  projects(first: 10) {
    totalCount
    edges {
      node {
        id
        title { en ko }
        status
        leadCompany { name { en ko } }
        requirements { technology { name { en } } leastLevel providers mandatory }
        consortium { id status shareTotal memberships { company { name { en ko } } } }
      }
    }
  }
}`,
  },
  {
    title: 'Announce a meetup (company editor)',
    query: `mutation Announce($input: AnnounceEventInput!) {
  announceEvent(input: $input) {
    event { id title { en } startsAt }
    problems { code message path }
  }
}`,
    variables: {
      input: {
        hostId: 'the id of your firm: ask "Who am I?"',
        kind: 'TECH_MEETUP',
        title: { en: 'An evening on service meshes', ko: '서비스 메시의 밤' },
        region: 'KR-11',
        venue: 'Seoul, Gangnam-gu',
        startsAt: '2027-03-18T09:00:00.000Z',
        endsAt: '2027-03-18T12:00:00.000Z',
      },
    },
  },
];
