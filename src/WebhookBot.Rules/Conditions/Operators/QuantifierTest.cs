namespace WebhookBot.Rules.Conditions.Operators;

/// <summary>
/// How many elements must hold. An absent field has no elements. With a truncated list, elements that are not at hand may hold or not:
/// the result is unknown unless those at hand decide.
/// </summary>
internal sealed class QuantifierTest(ValueTest element, bool all) : ValueTest
{
    public override Truth Test(in FieldValue value, EvaluationScope scope)
    {
        if (value.Kind == FieldKind.Unknown)
        {
            return Truth.Unknown;
        }

        var count = 0;
        var undecided = value.IsTruncated ? Truth.Unknown : all.ToTruth();
        foreach (var item in value.IsAbsent ? [] : value.Elements())
        {
            count++;
            var truth = element.Test(FieldValue.One(item), scope);
            undecided = all ? undecided.And(truth) : undecided.Or(truth);
            if (undecided == (all ? Truth.False : Truth.True))
            {
                return undecided;
            }
        }

        return count == 0 && !value.IsTruncated ? Truth.False : undecided;
    }
}
