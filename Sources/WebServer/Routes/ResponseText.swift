// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Acts and responses as JSON.
enum ResponseText {
    /// Members of an act.
    static func set(_ act: ResponseSource.Act, in json: inout JSONText) {
        json.set("id", act.id.map { Int64(clamping: $0) })
        json.set("state", act.state)
        json.set("act", act.act)
        json.set("command", act.command)
        json.set("response", act.response)
        json.object("target") { set(act.target, in: &$0) }
        json.set("agent", act.agent)
        json.set("mode", act.mode)
        json.set("begun_ms", act.begun)
        json.set("expires_ms", act.expires)
        json.set("by", act.by)
        json.set("rule", act.rule == 0 ? nil : "\(act.rule)")
        json.set("alert", act.alert.isEmpty ? nil : act.alert)
        json.set("detail", act.detail)
        json.set("undone_by", act.undoneBy.isEmpty ? nil : act.undoneBy)
        json.set("ended_ms", act.ended)
        json.set("can_be_undone", act.canBeUndone)
    }

    /// Members of a response of the settings.
    static func set(_ response: ResponseSource.Configured, in json: inout JSONText) {
        json.set("name", response.name)
        json.set("act", response.act)
        json.set("place", response.place)
        json.set("mode", response.mode)
        json.set("level", response.level)
        json.set("rules", response.rules.map(String.init))
        json.set("groups", response.groups)
        json.set("timeout_seconds", response.seconds)
    }

    private static func set(_ target: ResponseSource.Target, in json: inout JSONText) {
        switch target {
        case .container(let id, let name, let image, let engine):
            json.set("kind", "container")
            json.set("id", id)
            json.set("name", name)
            json.set("image", image)
            json.set("engine", engine)
        case .address(let text):
            json.set("kind", "address")
            json.set("address", text)
        case .account(let text):
            json.set("kind", "account")
            json.set("account", text)
        case .script(let text):
            json.set("kind", "script")
            json.set("hint", text)
        }
    }
}
