import AdapterKit
import Model

/// What `--help` prints.
enum Help {
    static let text = """
        polyrelay: a self-hosted message-delivery server

        usage: polyrelay VERB [options]

          serve                             run; SIGTERM drains and ends, SIGHUP reads limits and quotas again
          check                             validate the configuration and print the effective one
          account create NAME [--parent ID] | list | suspend ID | resume ID
          account limits ID [--daily N|none] [--monthly N|none]
          key create --account ID --personality P [--kind secret|public] [--mode live|test] [--scopes a,b]
                     [--domains d,e] [--allow-ip CIDR,..] [--expires-in SECONDS] [--label TEXT] [--secret-file FILE]
          key list | revoke ID
          domain add NAME --account ID [--verified] | list | verify NAME --account ID | show NAME --account ID
          domain set NAME --account ID --dsn-address ADDRESS | --no-dsn-address     who hears of mail that failed
          domain rotate NAME --account ID [--activate [--force] | --cancel]     new signing keys
          domain limits NAME --account ID [--daily N|none] [--monthly N|none]
          suppression add ADDRESS --account ID [--domain NAME] [--reason R] [--note TEXT] [--expires-in SECONDS]
          suppression list [--account ID] | remove ADDRESS --account ID [--domain NAME]
          queue stats | list | show ID | retry ID | cancel ID | pause LANE | resume LANE
          queue dead | replay ID            what was given up; try a message's again
          webhook list [--account ID] | show ID | deliveries ID | pause ID | resume ID
          webhook replay ID [--delivery ID | --within SECONDS --event NAME] [--dry-run]
          message list | show ID | raw ID
          event list [--after ID] [--follow]
          fault add "NAME[; rate=0.2][; after=10][; delay=2s][; ..]" [--key ID] [--route "POST /emails"]
                [--personality P]
          fault list | clear [ID]
          version

        options of every verb:
          --config FILE    the configuration (default: the built-in local profile)
          --json           print JSON instead of text
          --limit N        at most N rows in a list (default 100)

        While a server runs, the verbs speak to it; otherwise they open the database themselves.
        Exit codes: 0 done, 1 refused or not found, 2 bad usage or bad configuration.

        examples:
          polyrelay serve
          polyrelay account create acme
          polyrelay domain add example.com --account 1 --verified
          polyrelay key create --account 1 --personality \(Adapters.all[0].id)
          polyrelay message raw ID > mail.eml

        """
}
