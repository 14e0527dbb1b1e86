using System.Text.Encodings.Web;
using System.Text.Json;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Journal.LiteDb;

/// <summary>The payload of a plan: how many actions and which rules, so that nobody has to read its JSON to know where it stands.</summary>
internal static class PlanFrame
{
    // Explanations nest as deep as the rule files do, and facts as deep as what was asked.
    private static readonly JsonSerializerOptions s_json = new() { MaxDepth = 512, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static PendingFrame Encode(long sequence, DateTimeOffset now, Plan plan)
    {
        var matched = plan.Rules.Where(rule => rule.Matched == Rules.Truth.True).Select(rule => rule.Rule).ToList();
        var json = JsonSerializer.SerializeToUtf8Bytes(plan, s_json);
        var payload = new PayloadWriter(json.Length + 256);
        payload.Number(plan.Actions.Count);
        payload.Number(matched.Count);
        foreach (var rule in matched)
        {
            payload.String(rule);
        }

        payload.Content(json);
        return new PendingFrame(FrameKind.Plan, sequence, now.UtcTicks, payload);
    }

    public static (int Actions, string[] Matched) ReadOutline(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        return ReadOutline(ref reader);
    }

    public static Plan Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        ReadOutline(ref reader);
        return JsonSerializer.Deserialize<Plan>(reader.Content(), s_json)
            ?? throw new InvalidDataException("A plan in the journal is empty.");
    }

    private static (int Actions, string[] Matched) ReadOutline(ref PayloadReader reader)
    {
        var actions = checked((int)reader.Number());
        var matched = new string[reader.Number()];
        for (var i = 0; i < matched.Length; i++)
        {
            matched[i] = Names.Shared(reader.String());
        }

        return (actions, matched);
    }
}
