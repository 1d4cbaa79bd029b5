// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

extension MissedEvent {
    /// The event as the engine would have told it, on one line.
    ///
    /// Source: Docker Engine API v1.52, `/events`.
    var line: [UInt8] {
        var output: [UInt8] = []
        output.append(literal: "{\"Type\":")
        output.appendJSONString(type)
        output.append(literal: ",\"Action\":")
        output.appendJSONString(action)
        output.append(literal: ",\"Actor\":{\"ID\":")
        output.appendJSONString(id)
        output.append(literal: ",\"Attributes\":{")
        for (index, attribute) in attributes.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.appendJSONString(attribute.name)
            output.append(UInt8(ascii: ":"))
            output.appendJSONString(attribute.value)
        }
        output.append(literal: "}},\"scope\":\"local\",\"time\":")
        output.append(text: "\(time / 1_000_000_000),\"timeNano\":\(time)}")
        return output
    }
}
