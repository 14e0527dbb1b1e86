using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Conditions;

/// <summary>A condition of a rule: a field's, or a combination of others.</summary>
public abstract class Condition
{
    private protected Condition(SourcePosition position, string words)
    {
        Position = position;
        Words = words;
    }

    /// <summary>Where it is written.</summary>
    public SourcePosition Position { get; }

    /// <summary>The condition in the rule file's words: <c>pull_request.draft: false</c>, <c>any of</c>.</summary>
    public string Words { get; }

    /// <summary>Whether it holds; stops at the first part that decides.</summary>
    internal abstract Truth Evaluate(EvaluationScope scope);

    /// <summary>The same, part by part, with what was seen.</summary>
    internal abstract Explanation Explain(EvaluationScope scope);
}

/// <summary>Several conditions as one. In Kleene's logic one value of a part decides, and the combination of none has the opposite.</summary>
public abstract class Combination : Condition
{
    private readonly Truth _decides;

    private protected Combination(SourcePosition position, IReadOnlyList<Condition> parts, string words, Truth decides) : base(position, words)
    {
        Parts = parts;
        _decides = decides;
    }

    /// <summary>The parts, in the order they are written.</summary>
    public IReadOnlyList<Condition> Parts { get; }

    internal override Truth Evaluate(EvaluationScope scope)
    {
        var result = _decides.Negate();
        foreach (var part in Parts)
        {
            result = Join(result, part.Evaluate(scope));
            if (result == _decides)
            {
                break;
            }
        }

        return result;
    }

    /// <summary>One part stands for itself.</summary>
    internal override Explanation Explain(EvaluationScope scope)
    {
        var parts = Parts.Select(p => p.Explain(scope)).ToList();
        return parts.Count == 1 ? parts[0] : new Explanation
        {
            Condition = Words,
            Result = parts.Aggregate(_decides.Negate(), (t, p) => Join(t, p.Result)),
            At = Position.ToString(),
            Parts = parts,
        };
    }

    private Truth Join(Truth left, Truth right) => _decides == Truth.False ? left.And(right) : left.Or(right);
}

/// <summary>Every part must hold; an empty one holds.</summary>
public sealed class AllOf : Combination
{
    internal AllOf(SourcePosition position, IReadOnlyList<Condition> parts) : base(position, parts, "all of", Truth.False)
    {
    }
}

/// <summary>At least one part must hold.</summary>
public sealed class AnyOf : Combination
{
    internal AnyOf(SourcePosition position, IReadOnlyList<Condition> parts) : base(position, parts, "any of", Truth.True)
    {
    }
}

/// <summary>The part must not hold.</summary>
public sealed class Not : Condition
{
    internal const string Unless = "unless";

    internal Not(SourcePosition position, Condition part, string words = "not") : base(position, words) => Part = part;

    /// <summary>What must not hold.</summary>
    public Condition Part { get; }

    internal override Truth Evaluate(EvaluationScope scope) => Part.Evaluate(scope).Negate();

    internal override Explanation Explain(EvaluationScope scope)
    {
        var part = Part.Explain(scope);
        return new Explanation { Condition = Words, Result = part.Result.Negate(), At = Position.ToString(), Parts = [part] };
    }
}
