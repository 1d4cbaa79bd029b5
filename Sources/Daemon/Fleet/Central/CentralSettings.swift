// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Fleet

/// The configuration that a manager gives to this agent: `DATA/etc/shared/agent.conf`, read
/// on top of the agent's own `ossec.conf`.
///
/// Everything here blocks.
struct CentralSettings: Sendable {
    /// What an agent works by.
    struct Loaded: Sendable {
        var settings: Settings
        var diagnostics: [Diagnostic]
        /// Of the central configuration in use; empty for none.
        var digest = ""
    }

    private let local: RulesetSource.Configured
    private let file: String
    private let folder: String
    private let name: String
    private let mayRunCommands: Bool
    private let notes: [Diagnostic]

    /// - Throws: ``DaemonError`` `unreadable-file`.
    init(
        _ local: RulesetSource.Configured,
        _ configuration: AllInOne.Configuration,
        agentName: String
    ) throws {
        self.local = local
        folder = configuration.data.shared
        file = folder + "/agent.conf"
        name = agentName
        var folders = [configuration.data.etc]
        if let own = configuration.file, let slash = own.lastIndex(of: "/") {
            folders.append(String(own[..<slash]))
        }
        let options = try InternalOptions.read(folders: folders)
        mayRunCommands = options.mayRunCommands
        notes = options.diagnostics
    }

    /// What the agent works by; a central file that cannot be used is left out, with the
    /// reasons in the diagnostics.
    func load() -> Loaded {
        var loaded = Loaded(
            settings: local.settings,
            diagnostics: local.diagnostics + notes
        )
        guard FileSystem.isFile(file) else { return loaded }
        do {
            let bytes = try FileSystem.contents(of: file, limit: GroupConfiguration.sizeLimit)
            let central = read(bytes)
            loaded.diagnostics += central.diagnostics
            guard !central.isRefused else { return loaded }
            loaded.settings = central.settings
            loaded.digest = GroupConfiguration.digest(bytes)
        } catch {
            loaded.diagnostics.append(
                Diagnostic(
                    .error,
                    code: "unreadable-file",
                    file: file,
                    line: 0,
                    column: 0,
                    message: "\(error)",
                    hint: "the agent goes on with its own configuration"
                )
            )
        }
        return loaded
    }

    /// Takes a new one, nil for none any more; what is refused leaves the old one in place.
    ///
    /// - Throws: ``DaemonError`` `invalid-configuration` with the mistakes, `data-folder`.
    func replace(with text: String?) throws {
        guard let text else {
            try FileSystem.remove(file)
            return
        }
        let bytes = [UInt8](text.utf8)
        let central = read(bytes)
        guard bytes.count <= GroupConfiguration.sizeLimit, !central.isRefused else {
            throw DaemonError(
                .invalidConfiguration,
                Self.reason(central.diagnostics, size: bytes.count),
                diagnostics: central.diagnostics
            )
        }
        try FileSystem.makeFolder(folder, mode: 0o750)
        try FileSystem.replace(file, with: bytes, mode: 0o640)
    }

    private func read(_ bytes: [UInt8]) -> OssecConfiguration {
        OssecConfiguration(
            central: bytes,
            file: "agent.conf",
            onto: local.settings,
            for: AgentTraits(
                name: name,
                system: SystemName.line(wazuhVersion: "v4.14.7"),
                profile: local.settings.client.profile
            ),
            mayRunCommands: mayRunCommands
        )
    }

    /// The first mistakes, in a line.
    private static func reason(_ diagnostics: [Diagnostic], size: Int) -> String {
        guard size <= GroupConfiguration.sizeLimit else {
            return "agent.conf has \(size) bytes; an agent takes \(GroupConfiguration.sizeLimit)"
        }
        let errors = diagnostics.filter { $0.severity == .error && $0.code != "remote-command" }
        let texts = errors.prefix(3).map { "agent.conf:\($0.line): \($0.message)" }
        return texts.joined(separator: "; ")
            + (errors.count > 3 ? "; and \(errors.count - 3) more" : "")
    }
}
