using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Knowledge;

/// <summary>Where a path leads in what is known of a payload.</summary>
/// <param name="Shape">What stands there; null when the path leads nowhere.</param>
/// <param name="IsSpread">True when the path went through an array and so reads every element.</param>
/// <param name="Steps">How many steps of the path could be taken.</param>
/// <param name="Last">Where it ended.</param>
internal sealed record KnownField(FieldShape? Shape, bool IsSpread, int Steps, FieldShape Last)
{
    /// <summary>Walks like <see cref="FieldPath"/> walks a payload.</summary>
    public static KnownField Find(FieldShape payload, IReadOnlyList<object> path)
    {
        var current = payload;
        var isSpread = false;
        for (var i = 0; i < path.Count; i++)
        {
            while (current.Kind == ShapeKind.Array && path[i] is string)
            {
                isSpread = true;
                current = current.Element!;
            }

            var next = (current.Kind, path[i]) switch
            {
                (ShapeKind.Anything, _) => FieldShape.Anything,
                (ShapeKind.Array, int) => current.Element,
                (ShapeKind.Mapping, string) => current.Element,
                (ShapeKind.Structure, string name) => current.Fields!.Find(name),
                _ => null,
            };
            if (next is null)
            {
                return new KnownField(null, isSpread, i, current);
            }

            current = next;
        }

        return new KnownField(current, isSpread, path.Count, current);
    }
}
