using System.Text.Json;
using System.Text.Json.Serialization;

namespace Apex.Vpn.Netns.Results;

/// <summary>The findings with every reading, for other programs.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        // A ratio to nothing must not cost all the readings.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    internal static string Write(Setting setting, Findings findings) => JsonSerializer.Serialize(
        new
        {
            setting,
            plan = findings.Plan,
            targets = Targets.All.Select(target => (target, Measured: target.Measured(findings))).Select(static row => new
            {
                row.target.Figure,
                row.target.Must,
                row.target.Aim,
                row.Measured,
                Verdict = row.target.Judge(row.Measured),
            }),
            findings.PeakMemory,
            kept = findings.Kept,
            dropped = findings.Dropped,
        },
        Format);
}
