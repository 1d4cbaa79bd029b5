// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// An output: which alerts it tells, how, and to whom.
package struct Output: Sendable, Hashable {
    /// Unique among the outputs; see ``isName(_:)``.
    package let name: String
    package var kind: OutputKind
    package var filter = OutputFilter()
    package var policy: DeliveryPolicy
    package var limits = OutputQueue.Limits()

    package init(name: String, kind: OutputKind) {
        self.name = name
        self.kind = kind
        policy = kind.usualPolicy
    }

    /// Whether a text can be an output's name, and that of its folder.
    package static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: ".")
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                    || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
            }
    }

    package var kindName: String { kind.name }

    var folderName: String { name }

    /// How its messages leave.
    package func transport(_ surroundings: OutputSurroundings) -> any OutputTransport {
        let environment = surroundings.environment
        func http(_ form: HTTPTransport.Form, _ endpoint: HTTPEndpoint) -> HTTPTransport {
            HTTPTransport(form, endpoint, environment: environment)
        }
        return switch kind {
        case .slack(let endpoint, let options): http(.slack(options: options), endpoint)
        case .pagerDuty(let key, let endpoint, let options):
            http(.pagerDuty(key: key, options: options), endpoint)
        case .webhook(let template, let endpoint, let topic, let options):
            http(.webhook(template, topic: topic, options: options), endpoint)
        case .alertmanager(let endpoint): http(.alertmanager, endpoint)
        case .bulk(let endpoint, let prefix):
            BulkTransport(
                endpoint,
                BulkMessage(prefix: prefix, place: surroundings.place),
                environment: environment
            )
        case .syslog(let target): SyslogTransport(target, surroundings)
        case .mail(let settings): MailTransport(settings, surroundings)
        case .integration(let script): IntegrationTransport(script, surroundings)
        }
    }
}

/// What an output speaks.
package enum OutputKind: Sendable, Hashable {
    case slack(HTTPEndpoint, options: JSONTree?)
    case pagerDuty(key: Secret, HTTPEndpoint, options: JSONTree?)
    case webhook(WebhookTemplate, HTTPEndpoint, topic: String, options: JSONTree?)
    case alertmanager(HTTPEndpoint)
    case bulk(HTTPEndpoint, prefix: String)
    case syslog(SyslogTarget)
    case mail(MailSettings)
    case integration(IntegrationScript)

    package var name: String {
        switch self {
        case .slack: "slack"
        case .pagerDuty: "pagerduty"
        case .webhook(let template, _, _, _): template.name
        case .alertmanager: "alertmanager"
        case .bulk: "opensearch"
        case .syslog: "syslog"
        case .mail: "mail"
        case .integration: "integration"
        }
    }

    /// What is right for people, for programs, and for what reads each alert.
    var usualPolicy: DeliveryPolicy {
        var policy = DeliveryPolicy()
        switch self {
        case .slack, .webhook, .pagerDuty:
            policy.mergesUpTo = 200
            policy.mergesFrom = 10
            policy.rate = DeliveryPolicy.Rate(messages: 30, seconds: 60)
            if case .webhook(let template, _, _, _) = self, template == .alert {
                policy.rate = nil
            }
        case .alertmanager:
            policy.mergesUpTo = 200
        case .bulk:
            policy.mergesUpTo = 1_000
            policy.mergesBytes = 5 << 20
        case .syslog:
            policy.mergesUpTo = 200
        case .mail:
            policy.collectSeconds = 90
            policy.mergesUpTo = 200
            policy.rate = DeliveryPolicy.Rate(messages: 12, seconds: 3_600)
        case .integration(let script):
            policy.attempts = max(1, script.retries)
        }
        return policy
    }
}
