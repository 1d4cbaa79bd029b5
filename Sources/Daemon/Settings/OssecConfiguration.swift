// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import OSXML

/// `ossec.conf`, read into ``Settings``.
///
/// Several `<ossec_config>` roots follow each other; later scalars win, lists
/// append. Unknown parts are warnings with their place, never fatal.
/// Source: around-the-engine.md §3.
package struct OssecConfiguration: Sendable {
    package internal(set) var settings: Settings
    package internal(set) var diagnostics: [Diagnostic] = []
    let file: String
    private let origin: LocalFileBlock.Origin

    /// Reads the bytes of a file; `file` is what messages call it, `origin` says
    /// whether it may have commands run.
    package init(_ bytes: [UInt8], file: String, origin: LocalFileBlock.Origin = .local) {
        self.init(onto: Settings(), file: file, origin: origin)
        for root in roots(bytes) { readRoot(root) }
        diagnostics += MailReader.finish(&settings.outputs, file: file)
    }

    /// Begins with settings that others have made.
    init(onto settings: Settings, file: String, origin: LocalFileBlock.Origin) {
        self.settings = settings
        self.file = file
        self.origin = origin
    }

    /// The elements of a file; none when it is no XML, which is noted then.
    mutating func roots(_ bytes: [UInt8]) -> [XMLElement] {
        do {
            return try OSXMLDocument.parse(bytes, variables: true).roots
        } catch {
            diagnostics.append(
                Diagnostic(
                    .error,
                    code: "malformed-xml",
                    file: file,
                    line: error.position.line,
                    column: error.position.column,
                    message: error.message,
                    hint: error.hint
                )
            )
            return []
        }
    }

    /// Reads a file.
    ///
    /// - Throws: ``DaemonError`` `unreadable-file`.
    package static func load(_ path: String) throws -> OssecConfiguration {
        OssecConfiguration(try FileSystem.contents(of: path, limit: 16 << 20), file: path)
    }

    /// Whether something in it cannot be used.
    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    private mutating func readRoot(_ root: XMLElement) {
        guard root.name == "ossec_config" else {
            warn(
                root,
                code: "unknown-section",
                "<\(root.name)> is not <ossec_config>; ignored",
                hint: "put the sections into <ossec_config> and </ossec_config>"
            )
            return
        }
        for section in root.children { readSection(section) }
    }

    mutating func readSection(_ section: XMLElement) {
        switch section.name {
        case "wodle": readWodle(section)
        case "localfile":
            let (block, found) = LocalFileReader.read(section, file: file, origin: origin)
            diagnostics += found
            if let block { settings.localFiles.append(block) }
        case "jaga":
            diagnostics += ContainerSettingsReader.read(
                section,
                file: file,
                into: &settings.containers
            )
            diagnostics += WebLogSettingsReader.read(
                section,
                file: file,
                into: &settings.webLogs
            )
            diagnostics += PostureReader.read(section, file: file, into: &settings.posture)
            for child in section.children where child.name == "responses" {
                diagnostics += ResponseReader.limits(child, file: file, into: &settings.responses)
            }
            for child in section.children where child.name == "outputs" {
                for output in child.children {
                    diagnostics += OutputReader.output(output, file: file, into: &settings.outputs)
                }
            }
            for child in section.children where child.name == "report" {
                diagnostics += MailReader.report(child, file: file, into: &settings.outputs)
            }
            for child in section.children where child.name == "mail" {
                diagnostics += MailReader.section(
                    child,
                    file: file,
                    into: &settings.outputs.mail
                )
            }
        case "integration":
            diagnostics += OutputReader.integration(section, file: file, into: &settings.outputs)
        case "syslog_output":
            diagnostics += OutputReader.syslog(section, file: file, into: &settings.outputs)
        case "email_alerts":
            diagnostics += OutputReader.mail(section, file: file, into: &settings.outputs)
        case "command":
            diagnostics += ResponseReader.command(section, file: file, into: &settings)
        case "active-response":
            diagnostics += ResponseReader.response(section, file: file, into: &settings)
        case "alerts", "ruleset", "global":
            diagnostics += EngineSections.read(section, file: file, into: &settings)
        case "client", "client_buffer", "labels":
            diagnostics += ClientReader.read(section, file: file, into: &settings.client)
        case "vulnerability-detection", "vulnerability-detector":
            diagnostics += VulnerabilityReader.read(
                section,
                file: file,
                into: &settings.vulnerabilities
            )
        case "sca":
            diagnostics += PostureReader.assessment(section, file: file, into: &settings.posture)
        case "remote":
            let (remote, found) = FleetReader.remote(section, file: file)
            diagnostics += found
            if let remote { settings.fleet.remote = remote }
        case "auth":
            let (enrolment, found) = FleetReader.enrolment(section, file: file)
            diagnostics += found
            settings.fleet.enrolment = enrolment
        case let name where Self.wazuhSections.contains(name):
            warn(
                section,
                code: "unsupported-section",
                "<\(name)> is not supported yet; ignored",
                hint: "see docs/COMPATIBILITY.md"
            )
        default:
            warn(
                section,
                code: "unknown-section",
                "<\(section.name)> is not a section; ignored",
                hint: "look for a mistyped name"
            )
        }
    }

    private mutating func readWodle(_ section: XMLElement) {
        let name = section.attributes.first { $0.name == "name" }.map {
            String(decoding: $0.value, as: UTF8.self)
        }
        guard name == "docker-listener" else {
            warn(
                section,
                code: "unsupported-wodle",
                "<wodle name=\"\(name ?? "")\"> is not supported yet; ignored",
                hint: "docker-listener is; see docs/COMPATIBILITY.md"
            )
            return
        }
        if settings.dockerListener != .automatic {
            warn(
                section,
                code: "repeated-block",
                "a second docker-listener block replaces the first",
                hint: "keep one of them"
            )
        }
        let (listener, found) = DockerListenerReader.read(section, file: file)
        settings.dockerListener = listener
        diagnostics += found
    }

    mutating func warn(
        _ element: XMLElement,
        code: String,
        _ message: String,
        hint: String
    ) {
        diagnostics.append(
            Diagnostic(
                .warning,
                code: code,
                file: file,
                line: element.position.line,
                column: element.position.column,
                message: message,
                hint: hint
            )
        )
    }

    /// Sections of Wazuh 4 that Jaga knows of and does not act on yet.
    ///
    /// Source: around-the-engine.md §3.2.
    private static let wazuhSections: Set<String> = [
        "socket", "syscheck", "rootcheck",
        "rule_test", "reports", "indexer",
        "logging", "cluster", "task-manager", "agent-upgrade", "wdb", "agentless", "gcp-pubsub",
        "gcp-bucket", "github", "office365", "ms-graph", "fluent-forward", "database_output",
        "anti_tampering",
    ]
}
