using System.Globalization;
using System.Text;
using System.Text.Json;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Compilation.Conflicts;

/// <summary>
/// Tries values on the tests of one field, so that what is told of two conditions is what they really do. Only for plain tests, which change
/// their answer nowhere but at the constants that they name.
/// </summary>
internal static class SampleValues
{
    private const decimal Largest = 1_000_000_000_000m;
    private const int MostElements = 1_000;

    // Plain tests do not look at the event.
    private static readonly EvaluationScope Nothing = new(new WebhookEvent
    {
        DeliveryId = "",
        Source = "",
        Name = "",
        ReceivedAt = DateTimeOffset.UnixEpoch,
        Payload = JsonElement.Parse("{}"),
    });

    /// <summary>Whether no single value (text, number or boolean, but not an array) does what all of them ask.</summary>
    public static bool NoneFits(IReadOnlyList<Literal> literals)
    {
        var plain = literals.Where(l => l.Value.IsPlain).ToList();
        if (!plain.Any(l => l.IsPositive && l.Value.IsPinned) || Numbers(plain) is not { } numbers)
        {
            return false;
        }

        var between = numbers.Zip(numbers.Skip(1), (a, b) => (a + b) / 2);
        var tried = plain.SelectMany(l => l.Value.Constants).SelectMany(Constant)
            .Concat(numbers.SelectMany(n => new[] { n - 1, n, n + 1 }).Concat(between).Select(Number));
        return !tried.Any(v => Fits(FieldValue.One(v), plain));
    }

    /// <summary>Whether no number of elements does what all of them ask; of tests that count.</summary>
    public static bool NoCountFits(IReadOnlyList<Literal> literals)
    {
        if (Numbers(literals) is not { } numbers || numbers.Exists(n => n > MostElements) || !literals.Any(l => l.IsPositive))
        {
            return false;
        }

        var counts = numbers.SelectMany(n => new[] { Math.Floor(n) - 1, Math.Floor(n), Math.Floor(n) + 1 }).Append(0).Where(n => n >= 0).Distinct();
        return !counts.Any(n => Fits(FieldValue.Many([.. Enumerable.Repeat(Nothing.Event.Payload, (int)n)], truncated: false), literals));
    }

    /// <summary>Whether a value that one of them names, or a whole number beside a limit, does what all of them ask.</summary>
    public static bool SomeFits(IReadOnlyList<Literal> literals)
    {
        if (!literals.All(l => l.Value.IsPlain) || Numbers(literals.Where(l => l.Value.IsRange)) is not { } limits)
        {
            return false;
        }

        var between = limits.Zip(limits.Skip(1), (a, b) => Math.Floor((a + b) / 2));
        var tried = literals.Where(l => l.IsPositive).SelectMany(l => l.Value.Equal).SelectMany(Constant)
            .Concat(limits.SelectMany(n => new[] { Math.Floor(n) - 1, Math.Floor(n), Math.Floor(n) + 1 }).Concat(between).Select(Number));
        return tried.Any(v => Fits(FieldValue.One(v), literals));
    }

    private static bool Fits(FieldValue value, IReadOnlyList<Literal> literals) =>
        literals.All(l => l.Field.Test.Test(value, Nothing) == l.IsPositive.ToTruth());

    private static List<decimal>? Numbers(IEnumerable<Literal> literals)
    {
        var numbers = literals.SelectMany(l => l.Value.Numbers).Distinct().Order().ToList();
        return numbers.Exists(n => Math.Abs(n) > Largest) ? null : numbers;
    }

    // A plain number or boolean of a rule file also equals the text that is written the same.
    private static IEnumerable<JsonElement> Constant(YamlScalar scalar)
    {
        var value = scalar.ToJson();
        yield return value;
        if (value.ValueKind != JsonValueKind.String)
        {
            yield return JsonSerializer.SerializeToElement(scalar.Text);
        }
    }

    private static JsonElement Number(decimal number) => JsonElement.Parse(Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
}
