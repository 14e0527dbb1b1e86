using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Knowledge;

/// <summary>Where a path leads in what is known of a payload.</summary>
/// <param name="Shape">What stands there; null when the path leads nowhere.</param>
/// <param name="IsSpread">True when the path went through an array and so reads every element.</param>
/// <param name="Steps">How many steps of the path could be taken.</param>
/// <param name="Last">Where it ended.</param>
internal sealed record KnownField(FieldShape? Shape, bool IsSpread, int Steps, FieldShape Last)
{
    /// <summary>The first step that is known only because the object there may have any fields, and that object; null when every step has a name of its own.</summary>
    public (int Step, ObjectShape Of)? Guessed { get; private init; }

    /// <summary>Walks like <see cref="FieldPath"/> walks a payload.</summary>
    public static KnownField Find(FieldShape payload, IReadOnlyList<object> path)
    {
        var current = payload;
        var isSpread = false;
        (int, ObjectShape)? guessed = null;
        for (var i = 0; i < path.Count; i++)
        {
            while (current.Kind == ShapeKind.Array && path[i] is string)
            {
                isSpread = true;
                current = current.Element!;
            }

            if (guessed is null && current.Fields is { IsOpen: true } open && path[i] is string any && !open.Names.Contains(any))
            {
                guessed = (i, open);
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
                return new KnownField(null, isSpread, i, current) { Guessed = guessed };
            }

            current = next;
        }

        return new KnownField(current, isSpread, path.Count, current) { Guessed = guessed };
    }
}
