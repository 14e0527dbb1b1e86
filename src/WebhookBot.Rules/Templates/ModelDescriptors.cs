using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;
using HandlebarsDotNet.Iterators;
using HandlebarsDotNet.MemberAccessors;
using HandlebarsDotNet.ObjectDescriptors;
using HandlebarsDotNet.PathStructure;

namespace WebhookBot.Rules.Templates;

/// <summary>
/// What the template engine may see of a value. Left to itself it reads the properties of .NET objects (<c>title.Length</c>); here a list has
/// its elements and <c>length</c>, and whatever is no object of the payload has nothing.
/// </summary>
internal sealed class ModelDescriptors : IObjectDescriptorProvider
{
    public bool TryGetDescriptor(Type type, [NotNullWhen(true)] out ObjectDescriptor? value)
    {
        if (type == typeof(TemplateModel.ListView))
        {
            value = new ObjectDescriptor(type, new ListMembers(), static (_, _) => Array.Empty<object>(), static _ => new ReadOnlyListIterator<TemplateModel.ListView, object?>());
            return true;
        }

        if (typeof(IReadOnlyDictionary<string, object?>).IsAssignableFrom(type))
        {
            value = null;
            return false;
        }

        value = new ObjectDescriptor(type, new NoMembers(), static (_, _) => Array.Empty<object>(), static _ => new NoElements());
        return true;
    }

    private sealed class ListMembers : IMemberAccessor
    {
        public bool TryGetValue(object instance, ChainSegment memberName, out object? value)
        {
            var list = (TemplateModel.ListView)instance;
            var name = memberName.TrimmedValue;
            value = name == "length" ? (decimal)list.Count
                : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Count ? list[index]
                : null;
            return value is not null;
        }
    }

    private sealed class NoMembers : IMemberAccessor
    {
        public bool TryGetValue(object instance, ChainSegment memberName, out object? value)
        {
            value = null;
            return false;
        }
    }

    private sealed class NoElements : IIterator
    {
        public void Iterate(
            in EncodedTextWriter writer, BindingContext context, ChainSegment[] blockParamsVariables, object input, TemplateDelegate template, TemplateDelegate ifEmpty) =>
            ifEmpty(writer, context);
    }
}
