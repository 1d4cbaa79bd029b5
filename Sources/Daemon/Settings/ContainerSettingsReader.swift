// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel
import OSXML

/// Reads `<jaga>`, Jaga's own section of `ossec.conf`.
///
/// ```xml
/// <jaga>
///   <engine>unix:///var/run/docker.sock</engine>
///   <engine cert_path="/etc/jaga/db1" verify="yes">tcp://db1:2376</engine>
///   <containers>
///     <include name="web*"/>
///     <exclude image="*/pause*"/>
///     <exclude label="tier=test"/>
///     <label>com.docker.*</label>
///   </containers>
/// </jaga>
/// ```
struct ContainerSettingsReader {
    private var reader: BlockReader

    /// What the section says, added to `settings`; what is wrong with it is
    /// left out.
    static func read(
        _ section: XMLElement,
        file: String,
        into settings: inout ContainerSettings
    ) -> [Diagnostic] {
        var me = ContainerSettingsReader(reader: BlockReader(file: file))
        for child in section.children {
            switch child.name {
            case "engine": me.readEngine(child, into: &settings)
            case "containers": me.readContainers(child, into: &settings)
            case let name where WebLogSettingsReader.names.contains(name): break
            // Of ResponseReader and others.
            case "responses", "outputs", "mail", "report", "posture": break
            default:
                let known =
                    ["engine", "containers", "responses", "outputs", "mail", "report", "posture"]
                    + WebLogSettingsReader.names
                me.reader.unknown(child, in: "<jaga>", known: known)
            }
        }
        return me.reader.diagnostics
    }

    private mutating func readEngine(
        _ element: XMLElement,
        into settings: inout ContainerSettings
    ) {
        var engine = ContainerSettings.Engine(host: reader.text(element))
        for attribute in element.attributes {
            let value = String(decoding: attribute.value, as: UTF8.self)
            switch (attribute.name, value) {
            case ("cert_path", _): engine.certificatePath = value
            case ("verify", "yes"): engine.verifies = true
            case ("verify", "no"): engine.verifies = false
            default:
                reader.error(
                    element,
                    code: "bad-value",
                    "<engine> has \(attribute.name)=\"\(value)\"",
                    hint: "known are cert_path=\"FOLDER\" and verify=\"yes\" or \"no\""
                )
                return
            }
        }
        do throws(DockerError) {
            guard try engine.endpoint(environment: [:]) != nil else {
                return complain(element, "<engine> is empty")
            }
            settings.engines.append(engine)
        } catch {
            complain(element, error.message)
        }
    }

    private mutating func complain(_ element: XMLElement, _ problem: String) {
        reader.error(
            element,
            code: "bad-engine",
            problem.replacing("DOCKER_HOST", with: "<engine>"),
            hint: "write unix:///var/run/docker.sock or tcp://host:2376"
        )
    }

    private mutating func readContainers(
        _ element: XMLElement,
        into settings: inout ContainerSettings
    ) {
        for child in element.children {
            switch child.name {
            case "include": if let term = term(child) { settings.includes.append(term) }
            case "exclude": if let term = term(child) { settings.excludes.append(term) }
            case "label":
                let key = reader.text(child)
                if !key.isEmpty { settings.shownLabels.append(key) }
            default:
                reader.unknown(
                    child,
                    in: "<containers>",
                    known: ["include", "exclude", "label"]
                )
            }
        }
    }

    private mutating func term(_ element: XMLElement) -> ContainerSettings.Term? {
        var term = ContainerSettings.Term()
        for attribute in element.attributes {
            let value = String(decoding: attribute.value, as: UTF8.self)
            switch attribute.name {
            case "name": term.name = value
            case "image": term.image = value
            case "label": term.label = value
            default: term = ContainerSettings.Term()
            }
        }
        guard term == ContainerSettings.Term() else { return term }
        reader.error(
            element,
            code: "bad-value",
            "<\(element.name)> does not say what it fits",
            hint: "write name=\"web*\", image=\"nginx*\" or label=\"KEY=VALUE\""
        )
        return nil
    }
}
