// Keys of what further kinds of documents state.
CREATE CONSTRAINT stack_key IF NOT EXISTS FOR (node:Stack) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT hardware_key IF NOT EXISTS FOR (node:Hardware) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT image_key IF NOT EXISTS FOR (node:Image) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT symbol_key IF NOT EXISTS FOR (node:Symbol) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT advisory_key IF NOT EXISTS FOR (node:Advisory) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT inspection_key IF NOT EXISTS FOR (node:Inspection) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT advice_key IF NOT EXISTS FOR (node:Advice) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT rule_set_key IF NOT EXISTS FOR (node:RuleSet) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT rule_key IF NOT EXISTS FOR (node:Rule) REQUIRE node.key IS UNIQUE;
