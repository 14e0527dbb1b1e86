using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Journal.LiteDb;

/// <summary>When an action of a plan is due, and what it is found by until then.</summary>
internal readonly record struct HeldPlace(int Action, long DueTicks, UInt128 Hold, UInt128 Batch);

/// <summary>One mark of a plan.</summary>
internal readonly record struct MarkEntry(UInt128 Key, long AtTicks, long UntilTicks)
{
    public void Write(ref PayloadWriter to)
    {
        to.Key(Key);
        to.Int64(AtTicks);
        to.Int64(UntilTicks);
    }

    public static MarkEntry Read(ref PayloadReader from) => new(from.Key(), from.Int64(), from.Int64());
}

/// <summary>What is to be known of a plan without reading its JSON.</summary>
internal readonly record struct PlanOutline(int Actions, string[] Matched, HeldPlace[] Held, MarkEntry[] Marks);

/// <summary>The payload of a plan: how many actions and which rules, what waits and what counts, and then the plan itself.</summary>
internal static class PlanFrame
{
    // Stands in the number of actions when times and marks follow; a plan without any is as short as it can be.
    private const long HasTimes = 1L << 40;

    // Explanations nest as deep as the rule files do, and facts as deep as what was asked.
    private static readonly JsonSerializerOptions s_json = new()
    {
        MaxDepth = 512,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly JsonSerializerOptions s_brief = new(s_json) { Converters = { new LeftUnread() } };

    /// <summary>The rules that matched, and those that did not and act by their <c>else</c>.</summary>
    public static IEnumerable<string> RulesOf(Plan plan)
    {
        var acting = plan.Actions.Where(action => !action.IsNotice).Select(action => action.Rule).ToHashSet(StringComparer.Ordinal);
        return plan.Rules.Where(rule => rule.Matched == Rules.Truth.True || acting.Contains(rule.Rule)).Select(rule => rule.Rule);
    }

    public static PendingFrame Encode(long sequence, DateTimeOffset now, Plan plan)
    {
        var matched = RulesOf(plan).ToList();
        var json = JsonSerializer.SerializeToUtf8Bytes(plan, s_json);
        var payload = new PayloadWriter(json.Length + 256);
        var hasTimes = plan.Marks.Count > 0 || plan.Actions.Any(action => action.NotBefore is not null);
        payload.Number(plan.Actions.Count + (hasTimes ? HasTimes : 0L));
        payload.Number(matched.Count);
        foreach (var rule in matched)
        {
            payload.String(rule);
        }

        if (hasTimes)
        {
            WriteTimes(ref payload, plan);
        }

        payload.Content(json);
        return new PendingFrame(FrameKind.Plan, sequence, now.UtcTicks, payload);
    }

    public static PlanOutline ReadOutline(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        return ReadOutline(ref reader);
    }

    /// <summary>The marks of a plan; most have none, and are told by their first number.</summary>
    public static MarkEntry[] ReadMarks(ReadOnlySpan<byte> payload) =>
        (new PayloadReader(payload).Number() & HasTimes) == 0 ? [] : ReadOutline(payload).Marks;

    /// <param name="payload">The frame's.</param>
    /// <param name="isBrief">Whether what each condition saw is left unread; it is most of a plan.</param>
    public static Plan Read(ReadOnlySpan<byte> payload, bool isBrief = false)
    {
        var reader = new PayloadReader(payload);
        ReadOutline(ref reader);
        return JsonSerializer.Deserialize<Plan>(reader.Content(), isBrief ? s_brief : s_json)
            ?? throw new InvalidDataException("A plan in the journal is empty.");
    }

    private static void WriteTimes(ref PayloadWriter payload, Plan plan)
    {
        payload.Number(plan.Actions.Count(action => action.NotBefore is not null));
        for (var i = 0; i < plan.Actions.Count; i++)
        {
            if (plan.Actions[i] is { NotBefore: { } due, Hold: var hold })
            {
                payload.Number(i);
                payload.Int64(due.UtcTicks);
                payload.Key(hold?.Key is { } key ? ContentKey.Of(key) : default);
                payload.Key(hold?.Batch is { } batch ? UInt128.Parse(batch, NumberStyles.HexNumber, CultureInfo.InvariantCulture) : default);
            }
        }

        payload.Number(plan.Marks.Count);
        foreach (var mark in plan.Marks)
        {
            new MarkEntry(ContentKey.Of(mark.Key), mark.At.UtcTicks, mark.Until.UtcTicks).Write(ref payload);
        }
    }

    private static PlanOutline ReadOutline(ref PayloadReader reader)
    {
        var actions = reader.Number();
        var matched = new string[reader.Number()];
        for (var i = 0; i < matched.Length; i++)
        {
            matched[i] = reader.Name();
        }

        if ((actions & HasTimes) == 0)
        {
            return new PlanOutline(checked((int)actions), matched, [], []);
        }

        var held = new HeldPlace[reader.Number()];
        foreach (ref var place in held.AsSpan())
        {
            place = new HeldPlace(checked((int)reader.Number()), reader.Int64(), reader.Key(), reader.Key());
        }

        var marks = new MarkEntry[reader.Number()];
        foreach (ref var mark in marks.AsSpan())
        {
            mark = MarkEntry.Read(ref reader);
        }

        return new PlanOutline(checked((int)(actions & ~HasTimes)), matched, held, marks);
    }

    private sealed class LeftUnread : JsonConverter<Explanation>
    {
        private static readonly Explanation s_unread = new() { Condition = "", Result = Rules.Truth.Unknown };

        public override Explanation Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            reader.Skip();
            return s_unread;
        }

        public override void Write(Utf8JsonWriter writer, Explanation value, JsonSerializerOptions options) => throw new NotSupportedException("a plan that was read in part is not written");
    }
}
