using System.Text.Json;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Backtesting;

/// <summary>Finds what differs between two lists of planned actions of one rule.</summary>
internal static class ActionDifferences
{
    public static IReadOnlyList<ActionDifference> Of(IReadOnlyList<PlannedAction> old, IReadOnlyList<PlannedAction> @new)
    {
        if (old.Count == 0 && @new.Count == 0)
        {
            return [];
        }

        var differences = new List<ActionDifference>();
        var left = @new.Index().ToList();
        var places = new List<int>();
        foreach (var action in old)
        {
            // The next of the same name, so that a step that is put in between does not make all that follow differ.
            var partner = left.FindIndex(candidate => candidate.Item.Action == action.Action);
            if (partner < 0)
            {
                differences.Add(new(ActionDifferenceKind.Removed, action.Action, null, Describe(action), null));
                continue;
            }

            places.Add(left[partner].Index);
            differences.AddRange(Compare(action, left[partner].Item));
            left.RemoveAt(partner);
        }

        differences.AddRange(left.Select(added => new ActionDifference(ActionDifferenceKind.Added, added.Item.Action, null, null, Describe(added.Item))));
        if (!places.SequenceEqual(places.Order()))
        {
            differences.Add(new(ActionDifferenceKind.Order, "", null, Names(old), Names(@new)));
        }

        return differences;
    }

    private static IEnumerable<ActionDifference> Compare(PlannedAction old, PlannedAction @new)
    {
        if (old.IsShadow != @new.IsShadow)
        {
            yield return new(ActionDifferenceKind.Shadow, old.Action, null, Mode(old), Mode(@new));
        }

        if (old.Problem != @new.Problem)
        {
            yield return new(ActionDifferenceKind.Problem, old.Action, null, old.Problem, @new.Problem);
        }

        if (old.Arguments.GetRawText() == @new.Arguments.GetRawText())
        {
            yield break;
        }

        var names = old.Arguments.EnumerateObject().Concat(@new.Arguments.EnumerateObject()).Select(p => p.Name).Distinct(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var was = old.Arguments.TryGetProperty(name, out var a) ? a : default;
            var becomes = @new.Arguments.TryGetProperty(name, out var b) ? b : default;
            if (!AreEqual(was, becomes))
            {
                yield return new(ActionDifferenceKind.Argument, old.Action, name, Text(was), Text(becomes));
            }
        }
    }

    private static bool AreEqual(JsonElement a, JsonElement b) =>
        a.ValueKind == JsonValueKind.Undefined || b.ValueKind == JsonValueKind.Undefined ? a.ValueKind == b.ValueKind : JsonElement.DeepEquals(a, b);

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? null : value.GetRawText();

    private static string Describe(PlannedAction action) => action.Arguments.GetRawText() + (action.IsShadow ? " (shadow)" : "");

    private static string Mode(PlannedAction action) => action.IsShadow ? "shadow" : "live";

    private static string Names(IReadOnlyList<PlannedAction> actions) => string.Join(", ", actions.Select(a => a.Action));
}
