using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Conditions;

/// <summary>A condition of a rule: a field's, or a combination of others.</summary>
public abstract class Condition
{
    private protected Condition(SourcePosition position) => Position = position;

    /// <summary>Where it is written.</summary>
    public SourcePosition Position { get; }

    /// <summary>Whether it holds; stops at the first part that decides.</summary>
    internal abstract Truth Evaluate(EvaluationScope scope);

    /// <summary>The same, part by part, with what was seen.</summary>
    internal abstract Explanation Explain(EvaluationScope scope);
}

/// <summary>Every part must hold; an empty one holds.</summary>
public sealed class AllOf : Condition
{
    internal AllOf(SourcePosition position, IReadOnlyList<Condition> parts) : base(position) => Parts = parts;

    /// <summary>The parts, in the order they are written.</summary>
    public IReadOnlyList<Condition> Parts { get; }

    internal override Truth Evaluate(EvaluationScope scope)
    {
        var result = Truth.True;
        foreach (var part in Parts)
        {
            result = result.And(part.Evaluate(scope));
            if (result == Truth.False)
            {
                break;
            }
        }

        return result;
    }

    internal override Explanation Explain(EvaluationScope scope)
    {
        var parts = Parts.Select(p => p.Explain(scope)).ToList();
        return parts.Count == 1 ? parts[0] : new Explanation
        {
            Condition = "all of",
            Result = parts.Aggregate(Truth.True, (t, p) => t.And(p.Result)),
            At = Position.ToString(),
            Parts = parts,
        };
    }
}

/// <summary>At least one part must hold.</summary>
public sealed class AnyOf : Condition
{
    internal AnyOf(SourcePosition position, IReadOnlyList<Condition> parts) : base(position) => Parts = parts;

    /// <summary>The parts, in the order they are written.</summary>
    public IReadOnlyList<Condition> Parts { get; }

    internal override Truth Evaluate(EvaluationScope scope)
    {
        var result = Truth.False;
        foreach (var part in Parts)
        {
            result = result.Or(part.Evaluate(scope));
            if (result == Truth.True)
            {
                break;
            }
        }

        return result;
    }

    internal override Explanation Explain(EvaluationScope scope)
    {
        var parts = Parts.Select(p => p.Explain(scope)).ToList();
        return new Explanation
        {
            Condition = "any of",
            Result = parts.Aggregate(Truth.False, (t, p) => t.Or(p.Result)),
            At = Position.ToString(),
            Parts = parts,
        };
    }
}

/// <summary>The part must not hold.</summary>
public sealed class Not : Condition
{
    private readonly string _words;

    internal Not(SourcePosition position, Condition part, string words = "not") : base(position)
    {
        Part = part;
        _words = words;
    }

    /// <summary>The part.</summary>
    public Condition Part { get; }

    internal override Truth Evaluate(EvaluationScope scope) => Part.Evaluate(scope).Negate();

    internal override Explanation Explain(EvaluationScope scope)
    {
        var part = Part.Explain(scope);
        return new Explanation { Condition = _words, Result = part.Result.Negate(), At = Position.ToString(), Parts = [part] };
    }
}
