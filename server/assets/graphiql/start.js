'use strict';

const EXAMPLE = `# What is known of a package, and a stack that works.

query Flask {
  package(name: "flask") {
    name
    versions(first: 3) {
      totalCount
      nodes {
        version
        publishedAt
        requiresPython
        requirements { nodes { text } }
      }
    }
    dependents(first: 3) { totalCount }
  }
}

mutation Advise {
  advise(input: { requirements: ["flask"], pythonVersion: "3.11", platform: LINUX_X86_64 }) {
    __typename
    ... on Advised {
      stacks { score pins { name version reasons { message } } }
      search { optimal stacksInSpace millis }
    }
    ... on Unsatisfiable { conflict { sentences } }
    ... on NeedsKnowledge { missing { package specifier requiredBy } }
  }
}
`;

ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: '/graphql' }),
    defaultQuery: EXAMPLE,
    shouldPersistHeaders: false,
  }),
);
